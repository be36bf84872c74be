"""Lessons: reported by the institution, confirmed or disputed by the learner, confirmed by silence."""

from dataclasses import dataclass
from datetime import datetime

from models.errors import Refusal
from models.lesson import Attendance
from models.order import Order
from models.training import attend, complete_course, confirm, confirm_by_silence
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


async def confirm_lesson(ports: Ports, learner_id: str, order_no: str, n: int, how: str) -> Order:
    """Take the learner's word that lesson `n` was taught as agreed; a repeat changes nothing."""
    found = await learners_order(ports, learner_id, order_no)
    return await change(ports, order_no, lambda order, now: confirm(order, n, "learner", how, now), just_read=found)


async def confirm_silent(ports: Ports, order_no: str) -> Order:
    """Confirm what the learner let pass in silence."""
    return await change(ports, order_no, confirm_by_silence)


async def finish_course(ports: Ports, institution_id: str, order_no: str) -> Order:
    """Take the institution's word that the course is over."""
    found = await institutions_order(ports, institution_id, order_no)
    return await change(ports, order_no, lambda order, now: complete_course(order, "institution", now), just_read=found)


async def _report_row(ports: Ports, institution_id: str, row: AttendanceRow, reported_by: str) -> RowOutcome:
    news: list[bool] = []

    def rule(order: Order, now: datetime) -> None:
        attendance = Attendance(
            report_id=row.report_id, taught_at=row.taught_at, reported_at=now, reported_by=reported_by, note=row.note
        )
        news[:] = [attend(order, row.lesson, attendance)]

    try:
        found = await institutions_order(ports, institution_id, row.order_no)
        await change(ports, row.order_no, rule, just_read=found)
    except Refusal as refusal:
        return RowOutcome(row.report_id, taken=False, refusal=refusal)
    return RowOutcome(row.report_id, taken=news[0], known=not news[0])
