"""Lessons: planned and reported by the institution, confirmed or disputed by the learner, decided in the end."""

from dataclasses import dataclass
from datetime import datetime

from models import training
from models.errors import Refusal
from models.lesson import LessonReport
from models.order import Order
from services.changing import change, institutions_order, learners_order
from services.ports import Ports


@dataclass(frozen=True)
class AttendanceRow:
    """One row of an institution's report; `report_id` is the institution's own, the same on a repeat."""

    report_id: str
    order_no: str
    lesson: int
    taught_at: datetime
    note: str = ""


@dataclass(frozen=True)
class RowOutcome:
    """What became of one row: taken, known already, or refused by name. One bad row spoils no other."""

    report_id: str
    taken: bool
    known: bool = False
    refusal: Refusal | None = None


async def report_attendance(
    ports: Ports, institution_id: str, rows: list[AttendanceRow], reported_by: str
) -> list[RowOutcome]:
    """Take a batch of taught lessons, each row on its own and safe to repeat."""
    return [await _report_row(ports, institution_id, row, reported_by) for row in rows]


async def allow_report(ports: Ports, order_no: str, n: int, reason: str) -> Order:
    """Let the operator allow one report (or make-up) of a lesson that the rules find implausible."""
    return await change(ports, order_no, lambda order, now: training.allow_report(order, now, n, reason, "operator"))


async def confirm_lesson(ports: Ports, learner_id: str, order_no: str, n: int, how: str) -> Order:
    """Take the learner's word that lesson `n` was taught as agreed; a repeat changes nothing."""
    found = await learners_order(ports, learner_id, order_no)
    return await change(
        ports, order_no, lambda order, now: training.confirm_lesson(order, now, n, "learner", how), just_read=found
    )


async def confirm_by_silence(ports: Ports, order_no: str) -> Order:
    """Confirm what the learner let pass in silence."""
    return await change(ports, order_no, training.confirm_by_silence)


async def end_course(ports: Ports, institution_id: str, order_no: str) -> Order:
    """Take the institution's word that the course is over."""
    found = await institutions_order(ports, institution_id, order_no)
    return await change(
        ports, order_no, lambda order, now: training.end_course(order, now, "institution"), just_read=found
    )


async def _report_row(ports: Ports, institution_id: str, row: AttendanceRow, reported_by: str) -> RowOutcome:
    news: list[bool] = []

    def rule(order: Order, now: datetime) -> None:
        report = LessonReport(report_id=row.report_id, taught_at=row.taught_at, reported_by=reported_by, note=row.note)
        news[:] = [training.report_attendance(order, now, row.lesson, report)]

    try:
        found = await institutions_order(ports, institution_id, row.order_no)
        await change(ports, row.order_no, rule, just_read=found)
    except Refusal as refusal:
        return RowOutcome(row.report_id, taken=False, refusal=refusal)
    return RowOutcome(row.report_id, taken=news[0], known=not news[0])


async def reschedule_lesson(
    ports: Ports, institution_id: str, order_no: str, n: int, scheduled_at: datetime, reason: str
) -> Order:
    """Move a lesson that was not taught yet."""
    await institutions_order(ports, institution_id, order_no)
    return await change(
        ports, order_no, lambda order, now: training.reschedule_lesson(order, now, n, scheduled_at, reason)
    )


async def cancel_lesson(ports: Ports, institution_id: str, order_no: str, n: int, reason: str) -> Order:
    """Cancel a lesson; it is never charged."""
    await institutions_order(ports, institution_id, order_no)
    return await change(ports, order_no, lambda order, now: training.cancel_lesson(order, now, n, reason))


async def plan_make_up(ports: Ports, institution_id: str, order_no: str, n: int, scheduled_at: datetime) -> Order:
    """Plan a void lesson once more."""
    await institutions_order(ports, institution_id, order_no)
    return await change(ports, order_no, lambda order, now: training.plan_make_up(order, now, n, scheduled_at))


async def dispute_lesson(ports: Ports, learner_id: str, order_no: str, n: int, reason: str) -> Order:
    """Take the learner's objection to lesson `n`; its money is held until it is decided."""
    await learners_order(ports, learner_id, order_no)
    return await change(ports, order_no, lambda order, now: training.dispute_lesson(order, now, n, reason))


async def withdraw_dispute(ports: Ports, learner_id: str, order_no: str, n: int) -> Order:
    """Let the learner take the objection back; the lesson counts as confirmed."""
    await learners_order(ports, learner_id, order_no)
    return await change(ports, order_no, lambda order, now: training.withdraw_dispute(order, now, n))


async def answer_dispute(ports: Ports, institution_id: str, order_no: str, n: int, words: str) -> Order:
    """Write down the institution's side."""
    await institutions_order(ports, institution_id, order_no)
    return await change(ports, order_no, lambda order, now: training.answer_dispute(order, now, n, words))


async def concede_dispute(ports: Ports, institution_id: str, order_no: str, n: int) -> Order:
    """Let the institution give in: the lesson is free."""
    await institutions_order(ports, institution_id, order_no)
    return await change(
        ports, order_no, lambda order, now: training.decide_dispute(order, now, n, "void", "institution")
    )


async def decide_dispute(ports: Ports, order_no: str, n: int, outcome: str) -> Order:
    """Let the operator decide: `confirmed` or `void`."""
    return await change(ports, order_no, lambda order, now: training.decide_dispute(order, now, n, outcome, "operator"))


async def decide_overdue_disputes(ports: Ports, order_no: str) -> Order:
    """Decide for the learner what nobody decided in time."""
    return await change(ports, order_no, training.decide_overdue_disputes)
