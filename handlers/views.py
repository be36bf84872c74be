"""What our JSON looks like: money in fen, time in RFC 3339 UTC, no identity of WeChat's."""

from datetime import datetime

from pydantic import BaseModel

from models.charge import Charge, ChargeState
from models.course import Course
from models.institution import Agreement, FeeMode
from models.lesson import Lesson, LessonState
from models.notices import WxCall
from models.order import Order, OrderState
from services.timeline import TimelineLine


class LearnerView(BaseModel):
    """The learner as they see themselves."""

    id: str
    nickname: str
    phone: str | None
    language: str


class SessionView(BaseModel):
    """A new session: the token is shown this once."""

    token: str
    learner: LearnerView


class LessonPriceView(BaseModel):
    """One row of a price list."""

    n: int
    title: str
    price_fen: int


class CourseView(BaseModel):
    """A course in a list."""

    id: str
    institution_id: str
    title: str
    introduction: str
    price_fen: int
    lesson_count: int
    fee_modes: list[FeeMode]


class CoursePage(BaseModel):
    """One page of courses; `next` is the cursor of the following one, empty at the end."""

    courses: list[CourseView]
    next: str


class ContractView(BaseModel):
    """The terms to accept: send `version` back when ordering."""

    version: str
    title: str
    text: str
    text_sha256: str


class ModeView(BaseModel):
    """A fee mode as this learner finds it, and what happens next when they choose it."""

    fee_mode: FeeMode
    open: bool
    closed_because: str
    agreement: Agreement
    authorization: str | None
    next_step: str


class ProductView(CourseView):
    """Everything a product page shows."""

    description: str
    duration_days: int
    institution_name: str
    service_phone: str
    lessons: list[LessonPriceView]
    modes: list[ModeView]
    contract: ContractView


class AuthorizationView(BaseModel):
    """A standing permission, and the call that opens WeChat's page while it is not given yet."""

    institution_id: str | None = None
    service_id: str
    state: str
    wx: WxCall | None = None


class AuthorizationList(BaseModel):
    """All of a learner's permissions."""

    authorizations: list[AuthorizationView]


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
    confirmed_how: str
    dispute: DisputeView | None


class ChargeView(BaseModel):
    """One movement of money; `charged_fen` is what WeChat really took."""

    no: str
    lesson: int | None
    state: ChargeState
    asked_fen: int
    charged_fen: int
    refunded_fen: int
    charged_at: datetime | None
    transaction_id: str | None


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
    ended_at: datetime | None
    placed_at: datetime
    signed_at: datetime | None
    lessons: list[LessonView]
    charges: list[ChargeView]
    wx: WxCall | None = None


class OrderPage(BaseModel):
    """One page of orders, newest first; `next` is the cursor of the following one, empty at the end."""

    orders: list[OrderView]
    next: str


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


def course_view(course: Course) -> CourseView:
    """Show a course in a list."""
    return CourseView(**course_fields(course))


def course_fields(course: Course) -> dict[str, object]:
    """Give the fields every view of a course shares."""
    return {
        "id": course.id,
        "institution_id": course.institution_id,
        "title": course.title,
        "introduction": course.introduction,
        "price_fen": course.price_fen,
        "lesson_count": len(course.lessons),
        "fee_modes": list(course.fee_modes),
    }


def order_view(order: Order, wx: WxCall | None = None) -> OrderView:
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
        asked_fen=charge.completion.amount_fen if charge.completion else 0,
        charged_fen=charge.paid_fen,
        refunded_fen=charge.refunded_fen,
        charged_at=charge.paid_at,
        transaction_id=charge.transaction_id,
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
