"""Orders as the pure rules make them, one step at a time, without any service, store or WeChat."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from models.asking import Doubt, ask_again
from models.charge import ChannelReading, ChannelState, Charge
from models.contract import Acceptance, Contract, price_list_sha256
from models.course import Course, LessonPrice
from models.fee_mode import Agreement, FeeMode
from models.lesson import LessonReport
from models.merchant import Channel
from models.notices import PlanReading
from models.order import Buyer, Order
from models.placing import await_learner, place_order
from models.planning import apply_plan_reading, plan_offered
from models.policy import Policy
from models.readings import apply_charge_reading
from models.settling import Step, begin_completion, begin_opening, charge_cancelled, completed, next_step, progress
from models.training import confirm_lesson, report_attendance

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRICES = (1000, 900, 900, 800)
TERMS = Contract(version="1", title="先学后付服务协议", text="先上课，后付费。家长可随时结束。")

MODES = {
    Agreement.AUTHORIZATION: FeeMode.PAY_AFTER_COURSE,
    Agreement.NEED_CONFIRM: FeeMode.PAY_AFTER_COURSE,
    Agreement.PLAN: FeeMode.PAY_PER_LESSON,
    Agreement.PAYMENT: FeeMode.PREPAY,
}


def a_course(prices: Sequence[int] = PRICES, modes: Sequence[FeeMode] = tuple(FeeMode)) -> Course:
    """A course of one institution, a lesson a price."""
    return Course(
        id="thinking",
        institution_id="wandou",
        title="思维训练课",
        introduction="思维训练课",
        price_fen=sum(prices),
        lessons=[LessonPrice(title=f"第{n}课", price_fen=price) for n, price in enumerate(prices, 1)],
        fee_modes=tuple(modes),
        duration_days=90,
    )


def placed(
    agreement: Agreement = Agreement.AUTHORIZATION,
    prices: Sequence[int] = PRICES,
    *,
    policy: Policy | None = None,
    at: datetime = NOON,
) -> Order:
    """An order just written down; WeChat was not asked yet."""
    policy = (policy or Policy()).model_copy(
        update={"pay_after_course_by": agreement} if MODES[agreement] is FeeMode.PAY_AFTER_COURSE else {}
    )
    return place_order(
        no="X20260302AAAAAAAAAAAA",
        buyer=Buyer(learner_id="L1", openid="openid-1", student_name="小明"),
        course=a_course(prices),
        fee_mode=MODES[agreement],
        policy=policy,
        channel=Channel(merchant_id="m1", mchid="1900000001", appid="wx1", service_id=f"service-{agreement}"),
        acceptance=Acceptance(
            offer_id="offer_1",
            contract_version=TERMS.version,
            text_sha256=TERMS.text_sha256,
            price_list_sha256=price_list_sha256(list(prices)),
            accepted_at=at,
            address="203.0.113.7",
            agent="MicroMessenger/8.0",
        ),
        idempotency_key="key-1",
        request_sha256="2" * 64,
        at=at,
        ask_at=ask_again(Doubt.PLACING, 0, at),
    )


def waiting(agreement: Agreement = Agreement.AUTHORIZATION, prices: Sequence[int] = PRICES) -> Order:
    """An order that waits for the learner, WeChat having been asked for what it needs."""
    order = placed(agreement, prices)
    if agreement is Agreement.PLAN:
        plan_offered(order, NOON, "plan-1")
    elif agreement is not Agreement.AUTHORIZATION:
        begin_opening(order, NOON, order.charges[0].no)
    await_learner(order, NOON, NOON + HOUR)
    return order


def in_training(
    agreement: Agreement = Agreement.AUTHORIZATION, prices: Sequence[int] = PRICES, *, policy: Policy | None = None
) -> Order:
    """An order whose learner agreed: WeChat said so at noon."""
    order = placed(agreement, prices, policy=policy)
    if agreement is Agreement.PLAN:
        plan_offered(order, NOON, "plan-1")
        apply_plan_reading(order, NOON, plan_word(order, "signed"), "R1")
    else:
        begin_opening(order, NOON, order.charges[0].no)
        state = ChannelState.PAID if agreement is Agreement.PAYMENT else ChannelState.IN_SERVICE
        apply_charge_reading(order, NOON, word(order.charges[0], state, order.price_fen))
    progress(order, NOON)
    return order


def word(charge: Charge, state: ChannelState, total_fen: int | None = None) -> ChannelReading:
    """WeChat's word on a charge."""
    is_paid = state is ChannelState.PAID
    return ChannelReading(
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
    return PlanReading(plan_no=f"{order.no}-S", sign_plan_id="sign-1", state=state, cancelled_by=cancelled_by, at=at)


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
                order, at, word(charge, ChannelState.IN_SERVICE).model_copy(update={"started_at": NOON})
            )
        case Step.COMPLETE:
            amount_fen = begin_completion(order, at, charge.no).amount_fen
            completed(charge, at)
            if pay:
                apply_charge_reading(order, at, word(charge, ChannelState.PAID, amount_fen))
        case _:
            charge_cancelled(order, at, charge.no, "nothing_due")
