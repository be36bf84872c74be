"""Teaching, confirming and disputing: what makes a lesson owed, or not."""

from datetime import datetime

from models.errors import Conflict
from models.facts import FactKind
from models.lesson import Attendance, Confirmation, Dispute, Lesson, LessonState
from models.order import Order, OrderState

SILENCE = "silence"


def attend(order: Order, n: int, attendance: Attendance) -> bool:
    """Take the institution's word that lesson `n` was taught. Says whether this was news.

    The same report again is no news; another report for the same lesson, a lesson taught after the order's
    fence, or an order that is not in training raises Conflict.
    """
    lesson = order.lesson(n)
    if lesson.attendance and lesson.attendance.report_id == attendance.report_id:
        return False
    _require_training(order)
    if lesson.state is not LessonState.SCHEDULED:
        raise Conflict("lesson_not_scheduled", lesson=n, state=lesson.state)
    if order.fence and attendance.taught_at > order.fence.at:
        raise Conflict("after_fence", lesson=n)
    if attendance.taught_at > attendance.reported_at:
        raise Conflict("taught_in_future", lesson=n)
    lesson.move(LessonState.TAUGHT)
    lesson.attendance = attendance
    lesson.confirm_by = attendance.reported_at + order.policy.confirm_window
    order.record(
        FactKind.LESSON_TAUGHT,
        attendance.reported_at,
        "institution",
        lesson_n=n,
        amount_fen=lesson.price_fen,
        report_id=attendance.report_id,
        taught_at=attendance.taught_at.isoformat(),
    )
    return True


def confirm(order: Order, n: int, by: str, how: str, at: datetime) -> bool:
    """Count a taught lesson as owed. Says whether this was news; raises Conflict for a lesson not taught."""
    lesson = order.lesson(n)
    if lesson.state is LessonState.CONFIRMED:
        return False
    if lesson.state is not LessonState.TAUGHT:
        raise Conflict("lesson_not_taught", lesson=n, state=lesson.state)
    _confirm(order, lesson, by, how, at)
    return True


def confirm_by_silence(order: Order, at: datetime) -> bool:
    """Confirm every taught lesson whose window has passed without a word. Says whether there was one."""
    due = [x for x in order.lessons_in(LessonState.TAUGHT) if x.confirm_by and x.confirm_by <= at]
    for lesson in due:
        _confirm(order, lesson, SILENCE, SILENCE, at)
    return bool(due)


def dispute(order: Order, n: int, reason: str, at: datetime) -> bool:
    """Object to a taught lesson; its money is held until somebody decides. Says whether this was news."""
    lesson = order.lesson(n)
    if lesson.state is LessonState.DISPUTED and lesson.dispute and lesson.dispute.reason == reason:
        return False
    if lesson.state is not LessonState.TAUGHT:
        raise Conflict("lesson_not_disputable", lesson=n, state=lesson.state)
    lesson.move(LessonState.DISPUTED)
    lesson.dispute = Dispute(reason=reason, opened_at=at, decide_by=at + order.policy.dispute_window)
    order.record(
        FactKind.LESSON_DISPUTED,
        at,
        "learner",
        lesson_n=n,
        amount_fen=lesson.price_fen,
        reason=reason,
        decide_by=lesson.dispute.decide_by.isoformat(),
    )
    return True


def complete_course(order: Order, by: str, at: datetime) -> bool:
    """Take the institution's word that the course is over: lessons never taught are cancelled, not charged.

    Raises Conflict while a taught lesson is neither confirmed nor decided.
    """
    if order.state is not OrderState.IN_TRAINING:
        if order.state in {OrderState.SETTLING, OrderState.SETTLED}:
            return False
        raise Conflict("order_not_in_training", state=order.state)
    open_lessons = order.lessons_in(LessonState.TAUGHT, LessonState.DISPUTED)
    if open_lessons:
        raise Conflict("lessons_open", lessons=[lesson.n for lesson in open_lessons])
    cancel_scheduled(order, by, at)
    return True


def cancel_scheduled(order: Order, by: str, at: datetime) -> None:
    """Cancel every lesson that was never taught; none of them can be charged any more."""
    for lesson in order.lessons_in(LessonState.SCHEDULED):
        lesson.move(LessonState.CANCELLED)
        order.record(FactKind.LESSON_CANCELLED, at, by, lesson_n=lesson.n, amount_fen=lesson.price_fen)


def _confirm(order: Order, lesson: Lesson, by: str, how: str, at: datetime) -> None:
    lesson.move(LessonState.CONFIRMED)
    lesson.confirmation = Confirmation(by=by, how=how, at=at)
    order.record(FactKind.LESSON_CONFIRMED, at, by, lesson_n=lesson.n, amount_fen=lesson.price_fen, how=how)


def _require_training(order: Order) -> None:
    if order.state is not OrderState.IN_TRAINING:
        raise Conflict("order_not_in_training", state=order.state)
