"""Lessons: planned and reported by the institution, confirmed or disputed by the learner, decided in the end."""

from dataclasses import dataclass
from datetime import datetime

from models import telling, training
from models.errors import Refusal
from models.lesson import LessonReport
from models.order import Order
from services.changing import Which, change, institutions, learners
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
    return (await change(ports, order_no, training.allow_report, n, reason, "operator")).order


async def confirm_lesson(ports: Ports, learner_id: str, order_no: str, n: int, how: str) -> Order:
    """Take the learner's word that lesson `n` was taught as agreed; a repeat changes nothing."""
    return (await change(ports, learners(learner_id, order_no), training.confirm_lesson, n, "learner", how)).order


async def confirm_by_silence(ports: Ports, which: Which) -> Order:
    """Confirm what the learner let pass in silence, and tell of what is about to be."""
    return (await change(ports, which, _heed_silence)).order


async def end_course(ports: Ports, institution_id: str, order_no: str) -> Order:
    """Take the institution's word that the course is over."""
    return (await change(ports, institutions(institution_id, order_no), training.end_course, "institution")).order


async def reschedule_lesson(
    ports: Ports, institution_id: str, order_no: str, n: int, scheduled_at: datetime, reason: str
) -> Order:
    """Move a lesson that was not taught yet."""
    theirs = institutions(institution_id, order_no)
    return (await change(ports, theirs, training.reschedule_lesson, n, scheduled_at, reason)).order


async def cancel_lesson(ports: Ports, institution_id: str, order_no: str, n: int, reason: str) -> Order:
    """Cancel a lesson; it is never charged."""
    return (await change(ports, institutions(institution_id, order_no), training.cancel_lesson, n, reason)).order


async def plan_make_up(ports: Ports, institution_id: str, order_no: str, n: int, scheduled_at: datetime) -> Order:
    """Plan a void lesson once more."""
    return (await change(ports, institutions(institution_id, order_no), training.plan_make_up, n, scheduled_at)).order


async def dispute_lesson(ports: Ports, learner_id: str, order_no: str, n: int, reason: str) -> Order:
    """Take the learner's objection to lesson `n`; its money is held until it is decided."""
    return (await change(ports, learners(learner_id, order_no), training.dispute_lesson, n, reason)).order


async def withdraw_dispute(ports: Ports, learner_id: str, order_no: str, n: int) -> Order:
    """Let the learner take the objection back; the lesson counts as confirmed."""
    return (await change(ports, learners(learner_id, order_no), training.withdraw_dispute, n)).order


async def answer_dispute(ports: Ports, institution_id: str, order_no: str, n: int, words: str) -> Order:
    """Write down the institution's side."""
    return (await change(ports, institutions(institution_id, order_no), training.answer_dispute, n, words)).order


async def concede_dispute(ports: Ports, institution_id: str, order_no: str, n: int) -> Order:
    """Let the institution give in: the lesson is free."""
    theirs = institutions(institution_id, order_no)
    return (await change(ports, theirs, training.decide_dispute, n, "void", "institution")).order


async def decide_dispute(ports: Ports, order_no: str, n: int, outcome: str) -> Order:
    """Let the operator decide: `confirmed` or `void`."""
    return (await change(ports, order_no, training.decide_dispute, n, outcome, "operator")).order


async def decide_overdue_disputes(ports: Ports, which: Which) -> Order:
    """Decide for the learner what nobody decided in time."""
    return (await change(ports, which, training.decide_overdue_disputes)).order


def _heed_silence(order: Order, at: datetime) -> bool:
    confirmed = training.confirm_by_silence(order, at)
    return telling.warn_of_silence(order, at) or confirmed


async def _report_row(ports: Ports, institution_id: str, row: AttendanceRow, reported_by: str) -> RowOutcome:
    report = LessonReport(report_id=row.report_id, taught_at=row.taught_at, reported_by=reported_by, note=row.note)
    theirs = institutions(institution_id, row.order_no)
    try:
        is_news = (await change(ports, theirs, training.report_attendance, row.lesson, report)).said
    except Refusal as refusal:
        return RowOutcome(row.report_id, taken=False, refusal=refusal)
    return RowOutcome(row.report_id, taken=is_news, known=not is_news)
