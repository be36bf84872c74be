"""What WeChat itself shows the learner names course and lesson, within WeChat's limits."""

from datetime import timedelta

import pytest

from lab.rig.orders import NOON, a_course, in_training, settle, teach_and_confirm
from models.fee_mode import Agreement
from models.requests import completion_fees, payment_request, service_request

LONG = "豌豆思维数学思维启蒙到进阶四十节长期班"


@pytest.mark.parametrize(("title", "name"), [("思维训练课", "思维训练课课时费"), (LONG, f"{LONG[:16]}…课时费")])
def test_a_course_is_named_in_every_fee_line(title: str, name: str) -> None:
    order = in_training(course=a_course(title=title))
    (line,) = service_request(order, order.charges[0]).fees
    assert (line.name, line.description, line.count) == (name, "共4节,上课后按实际扣费", 4)
    assert len(line.name) <= 20
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, NOON + timedelta(days=1))
    completion = order.charges[0].completion
    assert completion is not None
    (line,) = completion_fees(order, order.charges[0], completion)
    assert (line.name, line.description, line.amount_fen, line.count) == (name, "已上4节", 3600, 4)


def test_a_lessons_own_deduction_names_the_lesson() -> None:
    order = in_training(Agreement.PLAN)
    order.lesson(2).title = LONG + LONG
    asked = [service_request(order, charge).fees[0] for charge in order.charges[:2]]
    assert [line.description for line in asked] == ["第1节 第1课", f"第2节 {LONG}{LONG}"[:29] + "…"]
    assert all(len(line.description) <= 30 for line in asked)


def test_a_prepayment_is_described_by_its_course() -> None:
    assert payment_request(in_training(Agreement.PAYMENT)).description == "思维训练课"
