"""Telling a learner of a taught lesson: from then on silence counts, and without it only after the longer window."""

from datetime import datetime, timedelta

from models.announcing import announce_charge, announce_lesson, unannounced
from models.facts import FactKind
from models.lesson import Lesson, LessonState
from models.order import Order

WARN_BEFORE = timedelta(hours=24)
"""How long before silence counts the learner is told once more; at most half the window."""


def wait_for_word(order: Order, lesson: Lesson, reported_at: datetime) -> None:
    """A lesson was reported, and nobody told yet: silence would count only after the longer window."""
    _wait_until(lesson, reported_at + order.policy.untold_window, order.policy.untold_window)


def stop_waiting_for_word(lesson: Lesson) -> None:
    """This teaching came to nothing: the next one is told of anew."""
    lesson.confirm_by, lesson.told_at, lesson.told_how, lesson.warn_at = None, None, "", None


def mark_told(order: Order, at: datetime, n: int, how: str, report_id: str = "") -> bool:
    """The learner was reached about lesson `n` by this road: the confirm window runs from now, once.

    A message about an earlier report of it (`report_id`) tells nothing of this one. Says whether this was news.
    """
    lesson = order.lesson(n)
    attendance = lesson.attendance
    if lesson.state is not LessonState.TAUGHT or lesson.told_at is not None or attendance is None:
        return False
    if report_id not in ("", attendance.report_id):
        return False
    told_at = max(at, attendance.reported_at)
    lesson.told_at, lesson.told_how = told_at, how
    confirm_by = told_at + order.policy.confirm_window
    _wait_until(lesson, confirm_by, order.policy.confirm_window)
    order.record(
        FactKind.LESSON_TOLD,
        told_at,
        "xianxue",
        lesson_n=n,
        amount_fen=lesson.price_fen,
        how=how,
        confirm_by=confirm_by.isoformat(),
    )
    announce_lesson(order, told_at, lesson, how)
    return True


def mark_shown(order: Order, at: datetime, how: str) -> bool:
    """The learner looks at the order: at its taught lessons, and at what is about to be taken. Says whether news."""
    told = [mark_told(order, at, lesson.n, how) for lesson in order.lessons_in(LessonState.TAUGHT)]
    announced = [announce_charge(order, at, charge.no, how) for charge in unannounced(order)]
    return any(told) or any(announced)


def has_news(order: Order) -> bool:
    """Whether showing the order tells its learner something they were not told before."""
    return any(x.told_at is None for x in order.lessons_in(LessonState.TAUGHT)) or bool(unannounced(order))


def warn_of_silence(order: Order, at: datetime) -> bool:
    """Say that silence is about to count, once for each lesson. Says whether there was one."""
    due = [x for x in order.lessons_in(LessonState.TAUGHT) if x.warn_at and x.warn_at <= at]
    for lesson in due:
        lesson.warn_at = None
        if lesson.confirm_by and at < lesson.confirm_by:
            order.record(
                FactKind.LESSON_SILENCE_ENDING,
                at,
                "xianxue",
                lesson_n=lesson.n,
                amount_fen=lesson.price_fen,
                confirm_by=lesson.confirm_by.isoformat(),
            )
    return bool(due)


def _wait_until(lesson: Lesson, confirm_by: datetime, window: timedelta) -> None:
    lesson.confirm_by = confirm_by
    lesson.warn_at = confirm_by - min(WARN_BEFORE, window / 2)
