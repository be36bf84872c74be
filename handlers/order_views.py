"""What our JSON of orders looks like: money in fen, time in RFC 3339 UTC, no identity of WeChat's."""

from datetime import datetime

from pydantic import BaseModel

from handlers.shapes import Paging
from models.beijing import to_the_second
from models.charge import Announcement, Charge, ChargeState, RefundState
from models.ending import Receipt
from models.fee_mode import Agreement, FeeMode
from models.lesson import Lesson, LessonState
from models.money import yuan
from models.notices import WxCall
from models.order import Order, OrderState
from models.quote import Quote
from models.steps import next_lesson_is_clear
from models.texts import say, say_error
from services.timeline import TimelineLine


class DisputeView(BaseModel):
    """An objection and what became of it."""

    reason: str
    decide_by: datetime
    answer: str
    outcome: str


class LessonView(BaseModel):
    """One lesson of an order."""

    n: int
    title: str
    price_fen: int
    state: LessonState
    scheduled_at: datetime | None
    taught_at: datetime | None
    confirm_by: datetime | None
    told_at: datetime | None
    told_how: str
    confirmed_how: str
    dispute: DisputeView | None


class RefundView(BaseModel):
    """Money on its way back; a failed one stays owed, one WeChat closed is tried again under `again_no`."""

    no: str
    amount_fen: int
    state: RefundState
    reason: str
    problem: str
    requested_at: datetime
    refunded_at: datetime | None
    again_no: str
    reference: str


class AnnouncementView(BaseModel):
    """What is going to be taken: at most this, for these lessons, not before this moment."""

    amount_fen: int
    lessons: list[int]
    not_before: datetime
    told_at: datetime
    told_how: str


class ChargeView(BaseModel):
    """One movement of money; `charged_fen` is what WeChat really took."""

    no: str
    lesson: int | None
    state: ChargeState
    announcement: AnnouncementView | None
    asked_fen: int
    charged_fen: int
    refunded_fen: int
    charged_at: datetime | None
    transaction_id: str | None
    refunds: list[RefundView]


class RefusalView(BaseModel):
    """Why WeChat refused the order, in the reader's language, with the way on."""

    code: str
    message: str


class OrderView(BaseModel):
    """An order; `wx` is what the learner must do next inside WeChat, if anything."""

    no: str
    state: OrderState
    course_id: str
    course_title: str
    institution_id: str
    student_name: str
    fee_mode: FeeMode
    agreement: Agreement
    price_fen: int
    owed_fen: int
    paid_fen: int
    refunded_fen: int
    overdue: bool
    refusal: RefusalView | None
    parked: bool
    next_lesson_clear: bool
    ended_at: datetime | None
    placed_at: datetime
    signed_at: datetime | None
    lessons: list[LessonView]
    charges: list[ChargeView]
    wx: WxCall | None = None


class OrderQuery(Paging):
    """Orders in one state, or all that ever began."""

    state: OrderState | None = None


class OrderPage(BaseModel):
    """One page of orders, newest first; `next` is the cursor of the following one, empty at the end."""

    orders: list[OrderView]
    next: str


class QuoteLineView(BaseModel):
    """What one lesson costs on ending, and the rule that says so."""

    n: int
    title: str
    price_fen: int
    state: LessonState
    due_fen: int
    rule: str


class QuoteView(BaseModel):
    """What ending now will have cost in all; send `id` back to end, before `expires_at`."""

    id: str
    made_at: datetime
    expires_at: datetime
    lines: list[QuoteLineView]
    due_fen: int
    paid_fen: int
    fee_fen: int
    back_fen: int


class ReceiptView(BaseModel):
    """What an ended order leaves behind."""

    number: str
    order_no: str
    ended_at: datetime
    ended_by: str
    reason: str
    lessons_owed: int
    lessons_never_charged: int
    paid_fen: int
    still_due_fen: int
    refunded_fen: int
    text: str


class TimelineEntry(BaseModel):
    """One fact with its sentence and its place in the hash chain."""

    seq: int
    kind: str
    at: datetime
    by: str
    lesson: int | None
    charge_no: str | None
    amount_fen: int | None
    text: str
    hash: str


class TimelineView(BaseModel):
    """An order's whole story."""

    order_no: str
    entries: list[TimelineEntry]


def order_view(order: Order, wx: WxCall | None = None, language: str = "zh_CN") -> OrderView:
    """Show an order to its learner or its institution."""
    return OrderView(
        no=order.no,
        state=order.state,
        course_id=order.course.id,
        course_title=order.course.title,
        institution_id=order.course.institution_id,
        student_name=order.buyer.student_name,
        fee_mode=order.fee_mode,
        agreement=order.agreement,
        price_fen=order.price_fen,
        owed_fen=order.owed_fen,
        paid_fen=order.paid_fen,
        refunded_fen=order.refunded_fen,
        overdue=order.is_overdue,
        refusal=order.refusal
        and RefusalView(code=order.refusal.code, message=say_error(order.refusal.code, language, order.refusal.detail)),
        parked=bool(order.parked),
        next_lesson_clear=next_lesson_is_clear(order),
        ended_at=order.fence.at if order.fence else None,
        placed_at=order.placed_at,
        signed_at=order.signed_at,
        lessons=[lesson_view(lesson) for lesson in order.lessons],
        charges=[charge_view(charge) for charge in order.charges],
        wx=wx,
    )


def lesson_view(lesson: Lesson) -> LessonView:
    """Show a lesson."""
    dispute = lesson.dispute
    return LessonView(
        n=lesson.n,
        title=lesson.title,
        price_fen=lesson.price_fen,
        state=lesson.state,
        scheduled_at=lesson.scheduled_at,
        confirm_by=lesson.confirm_by,
        told_at=lesson.told_at,
        told_how=lesson.told_how,
        taught_at=lesson.attendance.taught_at if lesson.attendance else None,
        confirmed_how=lesson.confirmation.how if lesson.confirmation else "",
        dispute=dispute
        and DisputeView(
            reason=dispute.reason, decide_by=dispute.decide_by, answer=dispute.answer, outcome=dispute.outcome
        ),
    )


def charge_view(charge: Charge) -> ChargeView:
    """Show a charge."""
    return ChargeView(
        no=charge.no,
        lesson=charge.lesson_n,
        state=charge.state,
        announcement=_announcement_view(charge.announcement),
        asked_fen=charge.completion.amount_fen if charge.completion else 0,
        charged_fen=charge.paid_fen,
        refunded_fen=charge.refunded_fen,
        charged_at=charge.paid_at,
        transaction_id=charge.transaction_id,
        refunds=[RefundView(**refund.model_dump(include=set(RefundView.model_fields))) for refund in charge.refunds],
    )


def _announcement_view(known: Announcement | None) -> AnnouncementView | None:
    if known is None:
        return None
    return AnnouncementView(
        amount_fen=known.amount_fen,
        lessons=list(known.lessons),
        not_before=known.not_before,
        told_at=known.at,
        told_how=known.how,
    )


def timeline_view(order_no: str, lines: list[TimelineLine]) -> TimelineView:
    """Show a timeline."""
    entries = [
        TimelineEntry(
            seq=fact.seq,
            kind=fact.kind,
            at=fact.at,
            by=fact.by,
            lesson=fact.lesson_n,
            charge_no=fact.charge_no,
            amount_fen=fact.amount_fen,
            text=line.text,
            hash=fact.hash,
        )
        for line in lines
        for fact in (line.fact,)
    ]
    return TimelineView(order_no=order_no, entries=entries)


def quote_view(quote: Quote) -> QuoteView:
    """Show a quote."""
    return QuoteView(**quote.model_dump(include=set(QuoteView.model_fields)))


def receipt_view(receipt: Receipt, language: str) -> ReceiptView:
    """Show a receipt, as data and as a sentence."""
    values = receipt.model_dump()
    text = say(
        "fact.receipt",
        language,
        **values,
        paid=yuan(receipt.paid_fen),
        due=yuan(receipt.still_due_fen),
        refunded=yuan(receipt.refunded_fen),
        when=to_the_second(receipt.ended_at),
    )
    return ReceiptView(**values, text=text)
