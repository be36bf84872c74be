"""Teaching, confirming and disputing: what makes a lesson owed, or not."""

from datetime import datetime

from models.announcing import announce_own_word
from models.errors import Conflict
from models.facts import FactKind
from models.fee_mode import Agreement
from models.lesson import Allowance, Attendance, Confirmation, Dispute, Lesson, LessonReport, LessonState
from models.order import Order, OrderState
from models.plausibility import check_make_up, check_plausible
from models.telling import stop_waiting_for_word, wait_for_word

SILENCE = "silence"
SILENCE_UNTOLD = "silence_untold"


def report_attendance(order: Order, at: datetime, n: int, report: LessonReport) -> bool:
    """Take the institution's word that lesson `n` was taught. Says whether this was news.

    The same report again is no news, even of a teaching that was made up since. Another report for the same
    lesson, this one for another lesson, a report after the order's fence (whatever was not reported before it is
    never charged), one that is not plausible (`plausibility`), or an order that is not in training raises Conflict.
    """
    lesson = order.lesson(n)
    if lesson.knows_report(report.report_id):
        return False
    for other in order.lessons:
        if other.knows_report(report.report_id):
            raise Conflict("report_reused", report_id=report.report_id, lesson=other.n)
    if order.fence:
        raise Conflict("after_fence", lesson=n)
    _require_training(order)
    if lesson.state is not LessonState.SCHEDULED:
        raise Conflict("lesson_not_scheduled", lesson=n, state=lesson.state)
    attendance = Attendance(**report.model_dump(), reported_at=at)
    if attendance.taught_at > attendance.reported_at:
        raise Conflict("taught_in_future", lesson=n)
    if lesson.allowance is None:
        check_plausible(order, at, lesson, attendance.taught_at)
    lesson.allowance = None
    lesson.move(LessonState.TAUGHT)
    lesson.attendance = attendance
    wait_for_word(order, lesson, attendance.reported_at)
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


def allow_report(order: Order, at: datetime, n: int, reason: str, by: str) -> bool:
    """Let the next report (or make-up) of lesson `n` through although it is not plausible. Says whether this was news.

    Used up by what it allows. What it does not lift: a fence, the future, and that a lesson is taught once.
    """
    lesson = order.lesson(n)
    _require_training(order)
    if lesson.state not in {LessonState.SCHEDULED, LessonState.VOID}:
        raise Conflict("lesson_not_scheduled", lesson=n, state=lesson.state)
    if lesson.allowance is not None and lesson.allowance.reason == reason:
        return False
    lesson.allowance = Allowance(reason=reason, by=by, at=at)
    order.record(FactKind.REPORT_ALLOWED, at, by, lesson_n=n, reason=reason)
    return True


def confirm_lesson(order: Order, at: datetime, n: int, by: str, how: str) -> bool:
    """Count a taught lesson as owed. Says whether this was news; raises Conflict for a lesson not taught."""
    lesson = order.lesson(n)
    if lesson.state is LessonState.CONFIRMED:
        return False
    if lesson.state is not LessonState.TAUGHT:
        raise Conflict("lesson_not_taught", lesson=n, state=lesson.state)
    _confirm(order, at, lesson, by, how)
    return True


def confirm_by_silence(order: Order, at: datetime) -> bool:
    """Confirm every taught lesson whose window has passed without a word. Says whether there was one.

    A learner nobody could tell had the longer window, and the confirmation says so.
    """
    due = [x for x in order.lessons_in(LessonState.TAUGHT) if x.confirm_by and x.confirm_by <= at]
    for lesson in due:
        _confirm(order, at, lesson, SILENCE, SILENCE if lesson.told_at else SILENCE_UNTOLD)
    return bool(due)


def dispute_lesson(order: Order, at: datetime, n: int, reason: str) -> bool:
    """Object to a taught lesson; its money is held until somebody decides. Says whether this was news."""
    lesson = order.lesson(n)
    if lesson.state is LessonState.DISPUTED and lesson.dispute and lesson.dispute.reason == reason:
        return False
    if lesson.state is not LessonState.TAUGHT:
        raise Conflict("lesson_not_disputable", lesson=n, state=lesson.state)
    lesson.move(LessonState.DISPUTED)
    lesson.dispute = Dispute(reason=reason, opened_at=at, decide_by=at + order.policy.dispute_window)
    order.charge_of(lesson).announcement = None  # what comes of it is announced anew
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


def withdraw_dispute(order: Order, at: datetime, n: int) -> bool:
    """The learner takes the objection back: the lesson counts as confirmed. Says whether this was news."""
    lesson = order.lesson(n)
    if lesson.state is LessonState.CONFIRMED:
        return False
    _require_disputed(lesson)
    _decide(order, at, lesson, "confirmed", "learner")
    return True


def answer_dispute(order: Order, at: datetime, n: int, answer: str) -> bool:
    """Write down the institution's side. Says whether this was news."""
    lesson = order.lesson(n)
    if lesson.dispute and lesson.dispute.answer == answer:
        return False
    dispute = _require_disputed(lesson)
    lesson.dispute = dispute.model_copy(update={"answer": answer, "answered_at": at})
    order.record(FactKind.DISPUTE_ANSWERED, at, "institution", lesson_n=n, answer=answer)
    return True


def decide_dispute(order: Order, at: datetime, n: int, outcome: str, by: str) -> bool:
    """Decide: `confirmed` makes the lesson owed, `void` makes it free. Says whether this was news.

    The institution may only concede (`void`): nobody judges their own case (docs/decisions/0010).
    """
    lesson = order.lesson(n)
    if lesson.dispute and lesson.dispute.outcome == outcome:
        return False
    _require_disputed(lesson)
    if by == "institution" and outcome != "void":
        raise Conflict("own_case", lesson=n)
    _decide(order, at, lesson, outcome, by)
    return True


def decide_overdue_disputes(order: Order, at: datetime) -> bool:
    """Decide in the learner's favour what nobody decided in time. Says whether there was one."""
    due = [x for x in order.lessons_in(LessonState.DISPUTED) if x.dispute and x.dispute.decide_by <= at]
    for lesson in due:
        _decide(order, at, lesson, "void", "deadline")
    return bool(due)


def reschedule_lesson(order: Order, at: datetime, n: int, scheduled_at: datetime, reason: str) -> bool:
    """Move a lesson that was not taught yet. Says whether this was news."""
    lesson = order.lesson(n)
    _require_training(order)
    if lesson.state is not LessonState.SCHEDULED:
        raise Conflict("lesson_not_scheduled", lesson=n, state=lesson.state)
    if lesson.scheduled_at == scheduled_at:
        return False
    lesson.scheduled_at = scheduled_at
    order.record(
        FactKind.LESSON_RESCHEDULED,
        at,
        "institution",
        lesson_n=n,
        scheduled_at=scheduled_at.isoformat(),
        reason=reason,
    )
    return True


def plan_make_up(order: Order, at: datetime, n: int, scheduled_at: datetime) -> bool:
    """Teach a void lesson once more, owed again only when taught and confirmed. Says whether this was news.

    Not under a signed plan: WeChat closed that lesson's number for good when its service order was cancelled.
    """
    lesson = order.lesson(n)
    _require_training(order)
    if order.agreement is Agreement.PLAN:
        raise Conflict("make_up_not_chargeable", lesson=n)
    if lesson.state is LessonState.SCHEDULED and lesson.scheduled_at == scheduled_at:
        return False
    if lesson.state is not LessonState.VOID:
        raise Conflict("lesson_not_void", lesson=n, state=lesson.state)
    check_make_up(order, lesson)
    lesson.move(LessonState.SCHEDULED)
    if lesson.attendance:
        lesson.voided_reports += (lesson.attendance.report_id,)
    lesson.attendance, lesson.dispute = None, None
    stop_waiting_for_word(lesson)
    lesson.scheduled_at = scheduled_at
    order.record(FactKind.LESSON_MAKE_UP_PLANNED, at, "institution", lesson_n=n, scheduled_at=scheduled_at.isoformat())
    return True


def cancel_lesson(order: Order, at: datetime, n: int, reason: str) -> bool:
    """The institution will not teach this lesson: it is never charged. Says whether this was news."""
    lesson = order.lesson(n)
    if lesson.state is LessonState.CANCELLED:
        return False
    _require_training(order)
    if lesson.state is not LessonState.SCHEDULED:
        raise Conflict("lesson_not_scheduled", lesson=n, state=lesson.state)
    lesson.move(LessonState.CANCELLED)
    order.record(FactKind.LESSON_CANCELLED, at, "institution", lesson_n=n, amount_fen=lesson.price_fen, reason=reason)
    return True


def end_course(order: Order, at: datetime, by: str) -> bool:
    """Take the institution's word that the course is over: lessons never taught are cancelled, not charged.

    Raises Conflict while a taught lesson is neither confirmed nor decided.
    """
    if order.state is not OrderState.IN_TRAINING:
        if order.signed_at and order.state in {OrderState.SETTLING, OrderState.SETTLED, OrderState.CANCELLED}:
            return False
        raise Conflict("order_not_in_training", state=order.state)
    open_lessons = order.lessons_in(LessonState.TAUGHT, LessonState.DISPUTED)
    if open_lessons:
        raise Conflict("lessons_open", lessons=[lesson.n for lesson in open_lessons])
    cancel_scheduled(order, at, by)
    return True


def cancel_scheduled(order: Order, at: datetime, by: str) -> None:
    """Cancel every lesson that was never taught; none of them can be charged any more."""
    for lesson in order.lessons_in(LessonState.SCHEDULED):
        _drop(order, at, lesson, by)


def cancel_reported_after(order: Order, at: datetime, fence_at: datetime, by: str) -> None:
    """Cancel what was reported after a fence of which we hear only now: it is never charged, confirmed or not."""
    for lesson in order.lessons_in(LessonState.TAUGHT, LessonState.DISPUTED, LessonState.CONFIRMED):
        if lesson.attendance is None or lesson.attendance.reported_at > fence_at:
            _drop(order, at, lesson, by)


def _drop(order: Order, at: datetime, lesson: Lesson, by: str) -> None:
    lesson.move(LessonState.CANCELLED)
    order.record(FactKind.LESSON_CANCELLED, at, by, lesson_n=lesson.n, amount_fen=lesson.price_fen)


def _confirm(order: Order, at: datetime, lesson: Lesson, by: str, how: str) -> None:
    lesson.move(LessonState.CONFIRMED)
    lesson.confirmation = Confirmation(by=by, how=how, at=at)
    order.record(FactKind.LESSON_CONFIRMED, at, by, lesson_n=lesson.n, amount_fen=lesson.price_fen, how=how)
    if by == "learner":
        announce_own_word(order, at, lesson, how)


def _decide(order: Order, at: datetime, lesson: Lesson, outcome: str, by: str) -> None:
    dispute = _require_disputed(lesson)
    lesson.dispute = dispute.model_copy(update={"outcome": outcome, "decided_by": by, "decided_at": at})
    order.record(FactKind.DISPUTE_DECIDED, at, by, lesson_n=lesson.n, amount_fen=lesson.price_fen, outcome=outcome)
    if outcome == "void":
        lesson.move(LessonState.VOID)
    else:
        _confirm(order, at, lesson, by, "dispute_decided")


def _require_disputed(lesson: Lesson) -> Dispute:
    if lesson.state is not LessonState.DISPUTED or lesson.dispute is None:
        raise Conflict("lesson_not_disputed", lesson=lesson.n, state=lesson.state)
    return lesson.dispute


def _require_training(order: Order) -> None:
    if order.fence:
        raise Conflict("order_already_ended", order_no=order.no)
    if order.state is not OrderState.IN_TRAINING:
        raise Conflict("order_not_in_training", state=order.state)
