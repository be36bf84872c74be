"""Our numbers at WeChat: unique by their random part, of legal characters, and short enough."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lab.rig.orders import placed
from models.fee_mode import Agreement
from models.generation import generation_mark
from models.placing import RANDOM_LENGTH, order_number

MOST_LESSONS = 100
LEGAL = re.compile(r"[0-9A-Za-z_*-]{1,32}")
"""What out_order_no takes, and the number of a signed plan too; `|` is left out because WeChat's bill splits by it."""

MOMENTS = st.datetimes(timezones=st.just(UTC))
RANDOM = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=12, max_size=12)
LIVES = st.datetimes(datetime(2024, 1, 1), datetime(2057, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - gets a zone


@given(at=MOMENTS, begun_at=st.none() | LIVES, random_part=RANDOM)
def test_an_order_number_leaves_room_for_every_charge_and_plan_under_it(
    at: datetime, begun_at: datetime | None, random_part: str
) -> None:
    number = order_number(at, (generation_mark(begun_at) if begun_at else "") + random_part)
    for suffix in ("", "-C", "-P", "-S", "-01", f"-{MOST_LESSONS}"):
        assert LEGAL.fullmatch(number + suffix)
    assert number.endswith(random_part)
    assert RANDOM_LENGTH == 12


@given(one=LIVES, apart_s=st.integers(1, 10**7), random_part=RANDOM)
def test_two_lives_never_make_the_same_number(one: datetime, apart_s: int, random_part: str) -> None:
    """Not even the life before the first mark: a mark begins with 0, which no random part holds."""
    other = generation_mark(one + timedelta(seconds=apart_s))
    assert generation_mark(one) != other
    assert re.fullmatch("0[A-Z2-7]{6}", other)
    assert order_number(one, generation_mark(one) + random_part) != order_number(one, other + random_part)


def test_every_charge_of_a_course_has_a_number_of_its_own() -> None:
    order = placed(Agreement.PLAN, [10] * MOST_LESSONS)
    numbers = [charge.no for charge in order.charges]
    assert len(set(numbers)) == MOST_LESSONS
    assert all(LEGAL.fullmatch(number) for number in numbers)
