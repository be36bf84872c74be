"""How an order begins: from a product page to training, or to a named no."""

from datetime import datetime, timedelta
from hashlib import sha256
from unicodedata import normalize

from models.charge import ChannelReading, Charge, ChargeState
from models.charging import opened
from models.contract import Acceptance
from models.course import Course
from models.errors import Conflict, Declined
from models.facts import FactKind, Scalar
from models.fee_mode import Agreement, FeeMode
from models.lesson import Lesson, LessonState
from models.merchant import Channel
from models.order import Buyer, CourseCopy, Order, OrderState, RefusalNote
from models.policy import Policy, agreement_for
from models.waiting import Doubt

LEARNER_PATIENCE = timedelta(days=7)
"""How long an order waits for the learner to authorise, confirm, sign or pay before it expires."""


RANDOM_LENGTH = 12


def order_number(at: datetime, unique: str) -> str:
    """Make our order number: X, the UTC day, the mark of the database's life if it has one, and a random part.

    With a mark it has 28 characters, so that 32 stay legal once a charge's suffix is added; `|` is avoided because
    WeChat's bill uses it.
    """
    return f"X{at:%Y%m%d}{unique}"


def running_key(learner_id: str, course_id: str, student_name: str) -> str:
    """Name what only one running order may be about: a learner's child taking a course. Spelling does not tell two."""
    student = "".join(normalize("NFKC", student_name).casefold().split())
    return request_fingerprint(learner_id, course_id, student)


def request_fingerprint(learner_id: str, *parts: str) -> str:
    """Fingerprint a request, so that one idempotency key cannot stand for two different wishes."""
    return sha256("\x1f".join((learner_id, *parts)).encode()).hexdigest()


def place_order(  # noqa: PLR0913 - everything an order freezes is named here, once
    *,
    no: str,
    buyer: Buyer,
    course: Course,
    fee_mode: FeeMode,
    policy: Policy,
    channel: Channel,
    acceptance: Acceptance,
    idempotency_key: str,
    request_sha256: str,
    at: datetime,
) -> Order:
    """Write the order down before WeChat is asked: price, contract and rules are frozen from here on."""
    order = Order(
        no=no,
        idempotency_key=idempotency_key,
        request_sha256=request_sha256,
        running_key=running_key(buyer.learner_id, course.id, buyer.student_name),
        buyer=buyer,
        course=CourseCopy(
            id=course.id,
            institution_id=course.institution_id,
            title=course.title,
            introduction=course.introduction,
            revision=course.revision,
            duration_days=course.duration_days,
        ),
        fee_mode=fee_mode,
        agreement=agreement_for(fee_mode, policy),
        channel=channel,
        policy=policy,
        acceptance=acceptance,
        price_fen=course.price_fen,
        lessons=[Lesson(n=n, title=x.title, price_fen=x.price_fen) for n, x in enumerate(course.lessons, 1)],
        charges=_charges(no, fee_mode, len(course.lessons)),
        placed_at=at,
    )
    order.ask_from_now(order.placed_at, Doubt.PLACING)
    order.record(
        FactKind.ORDER_PLACED,
        at,
        "learner",
        amount_fen=course.price_fen,
        fee_mode=fee_mode,
        offer_id=acceptance.offer_id,
        contract_version=acceptance.contract_version,
        text_sha256=acceptance.text_sha256,
        price_list_sha256=acceptance.price_list_sha256,
        address=acceptance.address,
        agent=acceptance.agent,
    )
    return order


def await_learner(order: Order, at: datetime) -> None:
    """The next move is the learner's, inside WeChat; we keep asking because notices may be lost."""
    if order.state is OrderState.PLACING:
        order.move(OrderState.AWAITING_LEARNER)
        order.expire_at = at + LEARNER_PATIENCE
        order.ask_from_now(at, _doubt(order))


def asked_about_beginning(order: Order, at: datetime) -> None:
    """WeChat was asked and had no news: plan the next question, while the learner has not agreed."""
    order.ask_later(at, _doubt(order))


def ask_about_beginning_now(order: Order, at: datetime) -> None:
    """Something it waited for has happened: let it go on at once."""
    order.ask_sooner(at)


def sign_order(order: Order, at: datetime) -> None:
    """WeChat confirms the learner's agreement: training may begin."""
    if order.state not in {OrderState.PLACING, OrderState.AWAITING_LEARNER}:
        return
    order.move(OrderState.IN_TRAINING)
    order.signed_at = at
    order.expire_at = None
    order.stop_asking()
    order.record(FactKind.ORDER_SIGNED, at, "wechat", amount_fen=order.price_fen, fee_mode=order.fee_mode)


def start_service(order: Order, at: datetime, reading: ChannelReading) -> None:
    """The whole-course service order runs at WeChat: the charge is open and the order signed."""
    charge = order.charges[0]
    opened(order, at, charge, reading)
    if charge.state is ChargeState.OPEN:
        sign_order(order, at)


def refuse_order(order: Order, at: datetime, refusal: Declined) -> None:
    """WeChat said no: the order is closed, and the reason is kept for a repeated request.

    A number asked for once and refused does not exist there; one asked for before may, and is found out about.
    """
    if order.state not in {OrderState.PLACING, OrderState.AWAITING_LEARNER}:
        return
    later = order.state is OrderState.AWAITING_LEARNER
    order.refusal = RefusalNote(code=refusal.code, detail=_scalars(refusal), later=later)
    for charge in order.charges:
        if charge.state is ChargeState.NONE or charge.tries <= 1:
            charge.move(ChargeState.CANCELLED)
            charge.cancel_reason = refusal.code
            charge.rest()
    _close(order, at, OrderState.CANCELLED)
    order.record(FactKind.ORDER_REFUSED, at, "wechat", code=refusal.code)


def close_unsigned(order: Order, at: datetime, to: OrderState, by: str) -> None:
    """Close an order the learner never completed: cancelled by a person or WeChat, or expired by the clock."""
    _close(order, at, to)
    kind = FactKind.ORDER_EXPIRED if to is OrderState.EXPIRED else FactKind.ORDER_CANCELLED
    order.record(kind, at, by, amount_fen=0)


def expire_order(order: Order, at: datetime) -> None:
    """Close an order its learner did not complete in time."""
    if order.state is OrderState.AWAITING_LEARNER and order.expire_at and order.expire_at <= at:
        close_unsigned(order, at, OrderState.EXPIRED, "deadline")


def withdraw_order(order: Order, at: datetime) -> bool:
    """Let the learner take back an order that has not begun. Says whether this was news.

    Raises Conflict once it has begun: then it is ended, not taken back.
    """
    if order.state in {OrderState.CANCELLED, OrderState.EXPIRED}:
        return False
    if order.state not in {OrderState.PLACING, OrderState.AWAITING_LEARNER}:
        raise Conflict("order_has_begun", order_no=order.no, state=order.state)
    close_unsigned(order, at, OrderState.CANCELLED, "learner")
    return True


def _close(order: Order, at: datetime, to: OrderState) -> None:
    order.move(to)
    order.closed_at = at
    order.expire_at = None
    order.stop_asking()
    for lesson in order.lessons:
        lesson.move(LessonState.CANCELLED)
    if order.plan and not order.plan.is_over:
        order.plan.ask_from_now(at, Doubt.PLAN)  # the sign page may still be open


def _doubt(order: Order) -> Doubt:
    """What an order that has not begun waits for; a plan's notices are sent for eleven minutes only."""
    return Doubt.PLAN if order.agreement is Agreement.PLAN else Doubt.LEARNER


def _charges(no: str, mode: FeeMode, lessons: int) -> list[Charge]:
    if mode is FeeMode.PAY_PER_LESSON:
        return [Charge(no=f"{no}-{n:02d}", lesson_n=n) for n in range(1, lessons + 1)]
    return [Charge(no=f"{no}-{'P' if mode is FeeMode.PREPAY else 'C'}")]


def _scalars(refusal: Declined) -> dict[str, Scalar]:
    return {key: value for key, value in refusal.detail.items() if isinstance(value, str | int | bool | None)}
