"""Our numbers at WeChat: unique by their random part, of legal characters, and short enough."""

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from lab.rig.orders import placed
from models.fee_mode import Agreement
from models.placing import order_number

MOST_LESSONS = 100
LEGAL = re.compile(r"[0-9A-Za-z_*-]{1,32}")
"""What out_order_no takes, and the number of a signed plan too; `|` is left out because WeChat's bill splits by it."""

RANDOM = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=20, max_size=20)


@given(at=st.datetimes(timezones=st.just(UTC)), random_part=RANDOM)
def test_an_order_number_leaves_room_for_every_charge_and_plan_under_it(at: datetime, random_part: str) -> None:
    number = order_number(at, random_part)
    for suffix in ("", "-C", "-P", "-S", "-01", f"-{MOST_LESSONS}"):
        assert LEGAL.fullmatch(number + suffix)
    assert random_part[:12] in number


def test_every_charge_of_a_course_has_a_number_of_its_own() -> None:
    order = placed(Agreement.PLAN, [10] * MOST_LESSONS)
    numbers = [charge.no for charge in order.charges]
    assert len(set(numbers)) == MOST_LESSONS
    assert all(LEGAL.fullmatch(number) for number in numbers)
