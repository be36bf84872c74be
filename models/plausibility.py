"""Whether a report of a lesson can be true: an institution's word counts, but not against the clock and the calendar.

The limits are the order's frozen `Policy.reports`. The operator may let one report through, with a reason
(`Allowance`); that lifts these rules and no others.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from models.beijing import BEIJING
from models.errors import Conflict
from models.lesson import Lesson, LessonState
from models.order import Order

HELD = frozenset({LessonState.TAUGHT, LessonState.CONFIRMED, LessonState.DISPUTED})


def check_plausible(order: Order, at: datetime, lesson: Lesson, taught_at: datetime) -> None:
    """Raise Conflict naming the rule when a lesson cannot have been taught like this, or is told too late.

    `at` is when it was reported. Days are Beijing's, because that is where the lessons are.
    """
    rules, others = order.policy.reports, [held for n, held in _held(order) if n != lesson.n]
    if taught_at < began_at(order):
        raise Conflict("taught_before_training", lesson=lesson.n)
    if at - _could_report_from(order, taught_at) > timedelta(days=rules.within_days):
        raise Conflict("reported_too_late", lesson=lesson.n, days=rules.within_days)
    if any(abs(taught_at - other) < timedelta(minutes=rules.lesson_minutes) for other in others):
        raise Conflict("lessons_too_close", lesson=lesson.n, minutes=rules.lesson_minutes)
    if sum(_day(other) == _day(taught_at) for other in others) >= rules.lessons_a_day:
        raise Conflict("too_many_lessons_a_day", lesson=lesson.n, most=rules.lessons_a_day)


def check_make_up(order: Order, lesson: Lesson) -> None:
    """Raise Conflict when a lesson was made up too often already."""
    most = order.policy.reports.make_ups_a_lesson
    if lesson.allowance is None and len(lesson.voided_reports) >= most:
        raise Conflict("make_ups_exhausted", lesson=lesson.n, most=most)


def began_at(order: Order) -> datetime:
    """When training began: WeChat's own word where it gave one, for we may have heard of it late."""
    known = [order.signed_at, *(charge.started_at for charge in order.charges if charge.lesson_n is None)]
    began = min((moment for moment in known if moment is not None), default=order.placed_at)
    return began.replace(microsecond=began.microsecond // 1000 * 1000)  # a report's moment is cut like this


def _could_report_from(order: Order, taught_at: datetime) -> datetime:
    """What was reported in time and forgotten in a restore may be reported again, as long as if taught then."""
    return max(taught_at, order.recovery.at) if order.recovery else taught_at


def _held(order: Order) -> Iterator[tuple[int, datetime]]:
    for lesson in order.lessons_in(*HELD):
        if lesson.attendance:
            yield lesson.n, lesson.attendance.taught_at


def _day(moment: datetime) -> object:
    return moment.astimezone(BEIJING).date()
