"""Orders and what belongs to them, made by the rules themselves."""

from datetime import UTC, datetime, timedelta

from models.charge import ChannelReading, ChannelState, ChargeState
from models.contract import Acceptance, price_list_sha256
from models.course import Course, LessonPrice
from models.facts import FactKind
from models.fee_mode import Agreement, FeeMode
from models.merchant import Channel
from models.order import Buyer, Order
from models.placing import await_learner, place_order, start_service
from models.policy import Policy

NOON = datetime(2026, 3, 1, 4, 0, 0, 123456, tzinfo=UTC)
"""With microseconds, so that a store that keeps or cuts them differently is found out."""

MINUTE = timedelta(minutes=1)


def course(course_id: str = "thinking", *, institution_id: str = "wandou", lessons: int = 3) -> Course:
    return Course(
        id=course_id,
        institution_id=institution_id,
        title="思维训练",
        introduction="思维训练课",
        price_fen=lessons * 9_900,
        lessons=[LessonPrice(title=f"第{n}节", price_fen=9_900) for n in range(1, lessons + 1)],
    )


def channel(service_id: str = "service-1") -> Channel:
    return Channel(merchant_id="m1", mchid="1900000001", appid="wx1", service_id=service_id)


def placed(
    no: str = "X20260301AAAA",
    *,
    learner_id: str = "learner-1",
    institution_id: str = "wandou",
    key: str = "",
    service_id: str = "service-1",
    by: Agreement = Agreement.AUTHORIZATION,
    at: datetime = NOON,
) -> Order:
    """Place an order; it has one fact to publish and is to be asked about a minute later."""
    return place_order(
        no=no,
        buyer=Buyer(learner_id=learner_id, openid=f"openid-{learner_id}", student_name="小明"),
        course=course(institution_id=institution_id),
        fee_mode=FeeMode.PAY_AFTER_COURSE,
        policy=Policy(pay_after_course_by=by),
        channel=channel(service_id),
        acceptance=Acceptance(
            offer_id="offer_1",
            contract_version="1",
            text_sha256="t",
            price_list_sha256=price_list_sha256([9_900] * 3),
            accepted_at=at,
            address="203.0.113.7",
            agent="test",
        ),
        idempotency_key=key or f"key-{no}",
        request_sha256="r",
        at=at,
        ask_at=at + MINUTE,
    )


def waiting(order: Order) -> Order:
    """Let a placed order wait for the learner."""
    await_learner(order, order.placed_at, order.placed_at + MINUTE)
    return order


def in_training(order: Order) -> Order:
    """Let WeChat confirm a placed order."""
    charge = order.charges[0]
    charge.move(ChargeState.OPENING)
    start_service(order, order.placed_at, ChannelReading(charge_no=charge.no, state=ChannelState.IN_SERVICE))
    return order


def something_happens(order: Order, at: datetime = NOON) -> None:
    """Append a fact."""
    order.record(FactKind.LESSON_RESCHEDULED, at, "institution", lesson_n=1, note="下周")
