"""Orders as the pure rules make them, one step at a time, without any service, store or WeChat."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from models.charge import ChannelReading, ChannelState, Charge
from models.charging import charge_cancelled, completed
from models.contract import Acceptance, Contract
from models.course import Course, LessonPrice
from models.fee_mode import Agreement, FeeMode
from models.lesson import LessonReport
from models.merchant import Channel, Merchant, Origin, resolve_channel
from models.notices import PlanReading
from models.order import Buyer, Order
from models.placing import await_learner, place_order
from models.planning import apply_plan_reading, plan_offered
from models.policy import Policy, ReportRules
from models.readings import apply_charge_reading
from models.settling import progress
from models.steps import Step, begin_completion, begin_opening, next_step
from models.telling import mark_shown
from models.training import confirm_lesson, report_attendance

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRICES = (1000, 900, 900, 800)
EVEN = (9000, 9000, 9000, 9000)
NO = "X20260302AAAAAAAAAAAA"
TERMS = Contract(version="1", title="先学后付服务协议", text="先上课，后付费。家长可随时结束。")
ADDRESS, AGENT = "203.0.113.7", "MicroMessenger/8.0"

MODES = {
    Agreement.AUTHORIZATION: FeeMode.PAY_AFTER_COURSE,
    Agreement.NEED_CONFIRM: FeeMode.PAY_AFTER_COURSE,
    Agreement.PLAN: FeeMode.PAY_PER_LESSON,
    Agreement.PAYMENT: FeeMode.PREPAY,
}
MERCHANT = Merchant(
    id="m1",
    mchid="1900000001",
    appid="wx1",
    services={agreement: f"service-{agreement}" for agreement in Agreement if agreement is not Agreement.PAYMENT},
    risk_cap_fen=1_000_000,
)

ORIGIN = Origin(merchant_id=MERCHANT.id, mchid=MERCHANT.mchid)
"""Where the words about these orders come from; they name neither app nor service."""

ANY_REPORTS = ReportRules(within_days=365, lessons_a_day=100, lesson_minutes=0, make_ups_a_lesson=100)
"""For tests that teach a whole course in one moment, because when it was taught is not what they look at."""

AT_ONCE = Policy(reports=ANY_REPORTS, announce_h=0)
"""For tests that charge as soon as the learner knows what it costs, because the lead is not what they look at."""


def a_course(
    prices: Sequence[int] = PRICES,
    *,
    course_id: str = "thinking",
    institution_id: str = "wandou",
    title: str = "思维训练课",
    fee_modes: Sequence[FeeMode] = tuple(FeeMode),
) -> Course:
    """Return a course of one institution, a lesson a price."""
    return Course(
        id=course_id,
        institution_id=institution_id,
        title=title,
        introduction=title[:20],
        price_fen=sum(prices),
        lessons=[LessonPrice(title=f"第{n}课", price_fen=price) for n, price in enumerate(prices, 1)],
        fee_modes=tuple(fee_modes),
        duration_days=90,
    )


def a_channel(agreement: Agreement = Agreement.AUTHORIZATION, service_id: str = "") -> Channel:
    """Return the identity at WeChat of orders agreed to this way, or at this service."""
    channel = resolve_channel(MERCHANT, agreement)
    return channel.model_copy(update={"service_id": service_id}) if service_id else channel


def a_buyer(learner_id: str = "L1", student: str = "小明") -> Buyer:
    """Return who orders, and for whom."""
    return Buyer(learner_id=learner_id, openid=f"mp-{learner_id}", student_name=student)


def placed(
    agreement: Agreement = Agreement.AUTHORIZATION,
    prices: Sequence[int] = PRICES,
    *,
    no: str = NO,
    policy: Policy | None = None,
    at: datetime = NOON,
    **others: Any,  # noqa: ANN401 - whatever else `place_order` takes
) -> Order:
    """Return an order just written down; WeChat was not asked yet. `others` go to `place_order` as they are."""
    by = {"pay_after_course_by": agreement} if MODES[agreement] is FeeMode.PAY_AFTER_COURSE else {}
    course: Course = others.pop("course", None) or a_course(prices)
    known: dict[str, Any] = {
        "buyer": a_buyer(),
        "fee_mode": MODES[agreement],
        "policy": (policy or AT_ONCE).model_copy(update=by),
        "channel": a_channel(agreement),
        "acceptance": Acceptance(
            offer_id="offer_1",
            contract_version=TERMS.version,
            text_sha256=TERMS.text_sha256,
            price_list_sha256=course.price_list_sha256,
            accepted_at=at,
            address=ADDRESS,
            agent=AGENT,
        ),
        "idempotency_key": f"key-{no}",
        "request_sha256": "2" * 64,
    }
    order = place_order(no=no, course=course, at=at, **known | others)
    order.running_key = no  # orders of one learner stand beside each other here
    return order


def waiting(
    agreement: Agreement = Agreement.AUTHORIZATION,
    prices: Sequence[int] = PRICES,
    **others: Any,  # noqa: ANN401 - as `placed` takes them
) -> Order:
    """Return an order that waits for the learner, WeChat having been asked for what it needs."""
    order = placed(agreement, prices, **others)
    at = order.placed_at
    if agreement is Agreement.PLAN:
        plan_offered(order, at, "plan-1")
    elif agreement is not Agreement.AUTHORIZATION:
        begin_opening(order, at, order.charges[0].no)
    await_learner(order, at)
    return order


def in_training(
    agreement: Agreement = Agreement.AUTHORIZATION,
    prices: Sequence[int] = PRICES,
    **others: Any,  # noqa: ANN401 - as `placed` takes them
) -> Order:
    """Return an order whose learner agreed, as WeChat said at once."""
    order = placed(agreement, prices, **others)
    agree(order, order.placed_at)
    return order


def agree(order: Order, at: datetime) -> None:
    """Let the learner agree inside WeChat, and WeChat say so."""
    if order.agreement is Agreement.PLAN:
        plan_offered(order, at, "plan-1")
        apply_plan_reading(order, at, plan_word(order, "signed"), "R1")
    else:
        begin_opening(order, at, order.charges[0].no)
        state = ChannelState.PAID if order.agreement is Agreement.PAYMENT else ChannelState.IN_SERVICE
        apply_charge_reading(order, at, word(order.charges[0], state, order.price_fen, order.channel.origin))
    progress(order, at)


def word(charge: Charge, state: ChannelState, total_fen: int | None = None, origin: Origin = ORIGIN) -> ChannelReading:
    """WeChat's word on a charge."""
    is_paid = state is ChannelState.PAID
    return ChannelReading(
        origin=origin,
        charge_no=charge.no,
        state=state,
        order_id=f"wx-{charge.no}",
        total_fen=total_fen,
        paid_fen=total_fen if is_paid else None,
        paid_how="pay_score" if is_paid else "",
        transaction_id=f"42-{charge.no}" if is_paid else None,
        started_at=NOON,
    )


def plan_word(order: Order, state: str, at: datetime | None = None) -> PlanReading:
    """WeChat's word on the order's signed plan."""
    cancelled_by = "learner" if state == "cancelled" else ""
    return PlanReading(
        origin=order.channel.origin,
        plan_no=f"{order.no}-S",
        sign_plan_id="sign-1",
        state=state,
        cancelled_by=cancelled_by,
        at=at,
    )


def a_report(n: int, at: datetime, *, taught_at: datetime | None = None, report_id: str = "") -> LessonReport:
    """The institution's row about lesson `n`."""
    return LessonReport(report_id=report_id or f"row-{n}", taught_at=taught_at or at, reported_by="xxk_abc")


def teach(order: Order, *lessons: int, at: datetime = NOON + HOUR) -> None:
    """Report these lessons as taught."""
    for n in lessons:
        report_attendance(order, at, n, a_report(n, at))
    progress(order, at)


def teach_and_confirm(order: Order, *lessons: int, at: datetime = NOON + HOUR) -> None:
    """Report these lessons as taught, and have the learner confirm them."""
    for n in lessons:
        report_attendance(order, at, n, a_report(n, at))
        confirm_lesson(order, at, n, "learner", "miniprogram")
    progress(order, at)


def teach_and_charge_all(order: Order) -> None:
    """Take an order to its end: every lesson taught, confirmed and, a day later, paid for."""
    at = order.placed_at + HOUR
    teach_and_confirm(order, *(lesson.n for lesson in order.lessons), at=at)
    settle(order, at + timedelta(days=1))


def settle(order: Order, at: datetime, *, pay: bool = True) -> None:
    """Do what is due at a WeChat that always answers and, with `pay`, always has the money at once."""
    for _ in range(4 * len(order.charges)):
        charge = next((x for x in order.charges if next_step(order, x)), None)
        if charge is None:
            return
        _step(order, charge, at, pay=pay)
        progress(order, at)


def _step(order: Order, charge: Charge, at: datetime, *, pay: bool) -> None:
    match next_step(order, charge):
        case Step.OPEN:
            begin_opening(order, at, charge.no)
            apply_charge_reading(
                order,
                at,
                word(charge, ChannelState.IN_SERVICE, None, order.channel.origin).model_copy(
                    update={"started_at": NOON}
                ),
            )
        case Step.COMPLETE:
            mark_shown(order, at, "order_page")
            amount_fen = begin_completion(order, at, charge.no).amount_fen
            completed(charge, at)
            if pay:
                apply_charge_reading(order, at, word(charge, ChannelState.PAID, amount_fen, order.channel.origin))
        case _:
            charge_cancelled(order, at, charge.no, "nothing_due")
