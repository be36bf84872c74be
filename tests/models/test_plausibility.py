"""What an institution may say about a lesson, limit by limit; every limit stands here as a literal."""

from datetime import UTC, datetime, timedelta

import pytest

from lab.rig.orders import NOON, a_report, in_training
from models.errors import Conflict
from models.lesson import LessonState
from models.order import Order
from models.training import (
    allow_report,
    decide_dispute,
    dispute_lesson,
    plan_make_up,
    report_attendance,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SIGNED = NOON


def an_order() -> Order:
    """Under the rules nobody changed: 7 days, 3 lessons a day, 30 minutes apart, 2 make-ups."""
    order = in_training()
    order.policy = type(order.policy)()
    return order


def report(order: Order, n: int, taught_at: datetime, at: datetime, report_id: str = "") -> bool:
    return report_attendance(order, at, n, a_report(n, at, taught_at=taught_at, report_id=report_id))


def refused(order: Order, n: int, taught_at: datetime, at: datetime) -> str:
    before = order.model_copy(deep=True)
    with pytest.raises(Conflict) as no:
        report(order, n, taught_at, at)
    assert order == before
    assert no.value.detail["lesson"] == n
    return no.value.code


def test_a_lesson_of_1970_and_one_before_training_began_are_refused() -> None:
    order = an_order()
    assert refused(order, 1, datetime(1970, 1, 1, tzinfo=UTC), SIGNED + MINUTE) == "taught_before_training"
    assert refused(order, 1, SIGNED - timedelta(milliseconds=1), SIGNED + MINUTE) == "taught_before_training"
    assert report(order, 1, SIGNED, SIGNED + MINUTE)


def test_a_lesson_may_begin_at_the_very_instant_of_signing() -> None:
    order = an_order()
    order.signed_at = SIGNED.replace(microsecond=123456)
    order.charges[0].started_at = None
    assert refused(order, 1, SIGNED.replace(microsecond=122999), SIGNED + MINUTE) == "taught_before_training"
    assert report(order, 1, SIGNED.replace(microsecond=123456), SIGNED + MINUTE)


def test_training_began_when_wechat_says_though_we_heard_of_it_late() -> None:
    order = an_order()
    order.charges[0].started_at = SIGNED - 2 * DAY
    assert refused(order, 1, SIGNED - 2 * DAY - MINUTE, SIGNED) == "taught_before_training"
    assert report(order, 1, SIGNED - 2 * DAY, SIGNED)


def test_a_report_may_be_seven_days_late_and_not_a_moment_more() -> None:
    order = an_order()
    assert refused(order, 1, SIGNED, SIGNED + timedelta(days=7, milliseconds=1)) == "reported_too_late"
    assert report(order, 1, SIGNED, SIGNED + timedelta(days=7))


@pytest.mark.parametrize("sign", [1, -1])
def test_two_lessons_begin_at_least_thirty_minutes_apart(sign: int) -> None:
    order, at = an_order(), SIGNED + DAY
    report(order, 1, SIGNED + timedelta(hours=5), at)
    near = SIGNED + timedelta(hours=5) + sign * (30 * MINUTE - timedelta(milliseconds=1))
    assert refused(order, 2, near, at) == "lessons_too_close"
    assert report(order, 2, SIGNED + timedelta(hours=5) + sign * 30 * MINUTE, at)


def test_three_lessons_a_day_are_taken_and_a_fourth_is_not() -> None:
    order, day = an_order(), datetime(2026, 3, 4, 1, tzinfo=UTC)
    at = day + 2 * DAY
    for n in (1, 2, 3):
        report(order, n, day + n * timedelta(hours=1), at)
    assert refused(order, 4, day + timedelta(hours=9), at) == "too_many_lessons_a_day"
    midnight_in_beijing = datetime(2026, 3, 4, 16, tzinfo=UTC)
    assert refused(order, 4, midnight_in_beijing - timedelta(milliseconds=1), at) == "too_many_lessons_a_day"
    assert report(order, 4, midnight_in_beijing, at)


def test_a_teaching_that_came_to_nothing_counts_against_no_limit() -> None:
    order, at = an_order(), SIGNED + DAY
    report(order, 1, SIGNED, at)
    dispute_lesson(order, at, 1, "老师没来")
    assert refused(order, 2, SIGNED, at) == "lessons_too_close"
    decide_dispute(order, at, 1, "void", "operator")
    assert report(order, 2, SIGNED, at)


def test_a_lesson_is_made_up_twice_and_then_no_more() -> None:
    order = an_order()
    for turn in range(3):
        at = SIGNED + (turn + 1) * DAY
        report(order, 1, at, at, f"turn-{turn}")
        dispute_lesson(order, at, 1, "老师没来")
        decide_dispute(order, at, 1, "void", "operator")
        if turn < 2:
            assert plan_make_up(order, at, 1, at + DAY)
    with pytest.raises(Conflict, match="make_ups_exhausted"):
        plan_make_up(order, SIGNED + 9 * DAY, 1, SIGNED + 10 * DAY)
    allow_report(order, SIGNED + 9 * DAY, 1, "家长同意", "operator")
    assert plan_make_up(order, SIGNED + 9 * DAY, 1, SIGNED + 10 * DAY)


def test_the_operator_lets_one_report_through_and_the_reason_stays() -> None:
    order, at = an_order(), SIGNED + 30 * DAY
    assert refused(order, 1, SIGNED, at) == "reported_too_late"
    assert allow_report(order, at, 1, "系统故障", "operator")
    assert not allow_report(order, at, 1, "系统故障", "operator")
    assert report(order, 1, SIGNED, at)
    fact = next(fact for fact in order.facts if fact.kind == "report_allowed")
    assert (fact.by, fact.at, fact.lesson_n, fact.data) == ("operator", at, 1, {"reason": "系统故障"})
    assert (order.lesson(1).state, order.lesson(1).allowance) == (LessonState.TAUGHT, None)
    assert refused(order, 2, SIGNED, at) == "reported_too_late"


def test_leave_of_the_operator_lifts_neither_the_future_nor_what_is_settled() -> None:
    order = an_order()
    allow_report(order, SIGNED, 1, "系统故障", "operator")
    assert refused(order, 1, SIGNED + MINUTE, SIGNED) == "taught_in_future"
    report(order, 1, SIGNED, SIGNED)
    with pytest.raises(Conflict, match="lesson_not_scheduled"):
        allow_report(order, SIGNED, 1, "再来一次", "operator")
