"""One school, its course and its learners, as the tests need them."""

from datetime import datetime, timedelta

from models.charge import ChannelReading, ChannelState
from models.contract import Acceptance
from models.course import Course, LessonPrice
from models.delivery import WebhookEndpoint
from models.fee_mode import Agreement, FeeMode
from models.learner import Learner
from models.lesson import LessonReport
from models.merchant import Channel, Merchant, resolve_channel
from models.order import Buyer, Order
from models.placing import place_order, start_service
from models.policy import Policy
from models.settling import begin_completion, begin_opening, completed, paid, progress
from models.training import confirm_lesson, report_attendance
from tests.fakes.outside import START

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ADDRESS, AGENT = "203.0.113.7", "MicroMessenger/8.0"

MERCHANT = Merchant(
    id="wandou", mchid="1900000001", appid="wx1", services={Agreement.AUTHORIZATION: "500001"}, risk_cap_fen=1_000_000
)


def a_course(lessons: int = 4, title: str = "思维训练课") -> Course:
    return Course(
        id="thinking",
        institution_id="wandou",
        title=title,
        introduction="二十节思维课",
        price_fen=9000 * lessons,
        lessons=[LessonPrice(title=f"第{n}课", price_fen=9000) for n in range(1, lessons + 1)],
        fee_modes=(FeeMode.PAY_AFTER_COURSE,),
    )


def a_learner(learner_id: str = "L1", *, oa_openid: str | None = "oa-1", language: str = "zh_CN") -> Learner:
    return Learner(
        id=learner_id,
        openid=f"mp-{learner_id}",
        unionid=f"union-{learner_id}",
        oa_openid=oa_openid,
        phone="13800000000",
        language=language,
        created_at=START,
    )


def an_endpoint(name: str = "A", **changes: object) -> WebhookEndpoint:
    known = {
        "id": f"whe_{name}",
        "institution_id": "wandou",
        "url": f"https://{name.lower()}.school.example/hooks",
        "secret": SECRET,
        "created_at": START,
    }
    return WebhookEndpoint.model_validate(known | changes)


def a_channel() -> Channel:
    return resolve_channel(MERCHANT, Agreement.AUTHORIZATION)


def a_signed_order(
    no: str = "X20260302AAAAAAAAAAAA", learner_id: str = "L1", course: Course | None = None, student: str = "小明"
) -> Order:
    """Return an order in training: it holds the facts of being placed, opened and signed."""
    course = course or a_course()
    order = place_order(
        no=no,
        buyer=Buyer(learner_id=learner_id, openid=f"mp-{learner_id}", student_name=student),
        course=course,
        fee_mode=FeeMode.PAY_AFTER_COURSE,
        policy=Policy(),
        channel=a_channel(),
        acceptance=Acceptance(
            offer_id="offer_1",
            contract_version="1",
            text_sha256="0" * 64,
            price_list_sha256=course.price_list_sha256,
            accepted_at=START,
            address=ADDRESS,
            agent=AGENT,
        ),
        idempotency_key=no,
        request_sha256="0" * 64,
        at=START,
        ask_at=START,
    )
    begin_opening(order, START, order.charges[0].no)
    start_service(order, START, ChannelReading(charge_no=order.charges[0].no, state=ChannelState.IN_SERVICE))
    return order


def teach(order: Order, *lessons: int, at: datetime = START) -> None:
    """Have the institution report these lessons as taught."""
    for n in lessons:
        report = LessonReport(report_id=f"R{n}", taught_at=at, reported_by="xxk_1")
        report_attendance(order, at, n, report)


def teach_and_charge_all(order: Order) -> None:
    """Take the order to its end: every lesson taught, confirmed and paid for."""
    later = START + timedelta(days=1)
    for lesson in order.lessons:
        teach(order, lesson.n)
        confirm_lesson(order, START, lesson.n, "learner", "miniprogram")
    progress(order, later)
    charge = order.charges[0]
    completion = begin_completion(order, later, charge.no)
    completed(charge, later)
    reading = ChannelReading(
        charge_no=charge.no,
        state=ChannelState.PAID,
        total_fen=completion.amount_fen,
        paid_at=later,
        paid_how="BANK_CARD_1234",
        transaction_id="4200001",
    )
    paid(order, later, charge, reading)
    progress(order, later)
