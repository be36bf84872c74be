"""Doing at WeChat what an order's charges need next.

Our intention is stored first, the answer after, so a crash between two writes is repeated with the same number and
the same request.
"""

from structlog import get_logger

from models import readings
from models.charge import ChannelReading, ChannelState, ChargeState
from models.charging import charge_cancelled
from models.errors import Conflict, Declined, OutsideFailure, Refusal
from models.fee_mode import Agreement
from models.order import Order, SignedPlan
from models.parking import park_order
from models.planning import plan_stopped, stop_plan_later
from models.requests import completion_fees, service_request
from models.steps import Step, begin_step, next_step, put_off_completion, put_off_step, step_declined, unknown_there
from services.asking import ask_charge
from services.changing import Which, change, require_order
from services.ports import Ports

log = get_logger()

CANCEL_REASON = "未产生应付课时费"
"""Shown to the learner by WeChat when a service order closes without a charge; at most 30 characters."""

NOT_AS_WE_BELIEVED = frozenset({"wechat_state", "wechat_not_found"})
"""WeChat's word that the service order is not in the state we act on."""


async def settle(ports: Ports, which: Which) -> Order:
    """Do whatever is due at WeChat for this order's charges; safe to run twice at once."""
    order = await require_order(ports, which)
    now = await ports.clock.now()
    for charge_no in [charge.no for charge in order.charges if charge.is_to_act(now)]:
        order = await settle_charge(ports, order, charge_no)
    if order.plan and order.plan.is_to_act(now):
        order = await _stop_plan(ports, order, order.plan)
    return order


async def settle_charge(ports: Ports, order: Order, charge_no: str) -> Order:
    """Take the next step, and come back to it later when it did not get us anywhere."""
    step = next_step(order, order.charge(charge_no))
    try:
        after = await _take_step(ports, order, charge_no, step) if step else order
    except OutsideFailure:
        return (await change(ports, order.no, put_off_step, charge_no)).order
    except Conflict as conflict:
        return await _not_now(ports, order, charge_no, conflict)
    except Declined as declined:
        may_pass = bool(declined.detail.get("retry_helps"))
        return (await change(ports, order.no, step_declined, charge_no, declined.code, may_pass=may_pass)).order
    if next_step(after, after.charge(charge_no)) is step:
        return (await change(ports, after, put_off_step, charge_no)).order
    return after


async def apply_charge_reading(ports: Ports, which: Which, reading: ChannelReading, *, healed: bool = False) -> Order:
    """Take WeChat's word on a charge, from an answer, a notice or a question of ours alike."""
    return (await change(ports, which, readings.apply_charge_reading, reading, healed=healed)).order


async def _not_now(ports: Ports, order: Order, charge_no: str, conflict: Conflict) -> Order:
    if conflict.code == "too_soon":
        return (await change(ports, order.no, put_off_completion, charge_no)).order
    if conflict.code in NOT_AS_WE_BELIEVED:
        await _ask_instead(ports, order, charge_no)
    return (await change(ports, order.no, put_off_step, charge_no)).order


async def _take_step(ports: Ports, order: Order, charge_no: str, step: Step) -> Order:
    """Store the intention, and ask WeChat only when it is (still) what has to be done."""
    order, begun = await change(ports, order, begin_step, charge_no, step)
    if not begun:
        return order
    match step:
        case Step.OPEN:
            return await _open_lesson(ports, order, charge_no)
        case Step.COMPLETE:
            return await _complete(ports, order, charge_no)
        case Step.CANCEL:
            return await _cancel(ports, order, charge_no)
        case Step.TELL_PAID:
            return await _tell_paid(ports, order, charge_no)


async def _open_lesson(ports: Ports, order: Order, charge_no: str) -> Order:
    charge = order.charge(charge_no)
    if order.plan is None or order.plan.sign_plan_id is None or charge.lesson_n is None:
        return (await change(ports, order, park_order, "plan_missing", charge_no=charge_no)).order
    request = service_request(order, charge)
    reading = await ports.plan_gateway.open_lesson(request, order.plan.sign_plan_id, charge.lesson_n)
    return await apply_charge_reading(ports, order, reading)


async def _complete(ports: Ports, order: Order, charge_no: str) -> Order:
    completion = order.charge(charge_no).completion
    if completion is None:
        return order
    fees = completion_fees(order, order.charge(charge_no), completion)
    reading = await ports.service_gateway.complete_service(order.channel, charge_no, completion, fees)
    order = await apply_charge_reading(ports, order, reading)
    if reading.state is ChannelState.UNKNOWN:
        # a repeat is answered without saying whether the money was taken
        order, _ = await _ask_charge(ports, order, charge_no)
    return order


async def _cancel(ports: Ports, order: Order, charge_no: str) -> Order:
    """Close what must not be charged; what WeChat may not even know is asked for first."""
    if order.charge(charge_no).state is ChargeState.OPENING:
        order, reading = await _ask_charge(ports, order, charge_no)
        still_there = reading is not None and reading.state is ChannelState.AWAITING_LEARNER
        if not still_there or order.charge(charge_no).state is not ChargeState.OPENING:
            return order
    if order.agreement is Agreement.PAYMENT:
        await ports.payment_gateway.close_payment(order.channel, charge_no)
    else:
        await ports.service_gateway.cancel_service(order.channel, charge_no, CANCEL_REASON)
    return (await change(ports, order, charge_cancelled, charge_no, "nothing_due")).order


async def _tell_paid(ports: Ports, order: Order, charge_no: str) -> Order:
    """Tell WeChat that the learner paid the institution, so that it stops deducting."""
    payment = order.charge(charge_no).outside_payment
    if payment is None:
        return order
    reading = await ports.service_gateway.sync_paid(order.channel, charge_no, payment.paid_at)
    return await apply_charge_reading(ports, order, reading)


async def _stop_plan(ports: Ports, order: Order, plan: SignedPlan) -> Order:
    try:
        await ports.plan_gateway.stop_plan(order.channel, plan.no, CANCEL_REASON)
    except OutsideFailure:
        return (await change(ports, order, stop_plan_later)).order
    except Refusal as refused:
        log.info("plan was over already", action="plan.stop", order_no=order.no, why=str(refused))
    return (await change(ports, order, plan_stopped)).order


async def _ask_instead(ports: Ports, order: Order, charge_no: str) -> None:
    """WeChat says its state does not allow this: what it knows decides, not what we believed."""
    try:
        await _ask_charge(ports, order.no, charge_no)
    except (OutsideFailure, Refusal) as silent:
        log.info("no answer, asking again later", action="settle.silent", order_no=order.no, why=str(silent))


async def _ask_charge(ports: Ports, which: Which, charge_no: str) -> tuple[Order, ChannelReading | None]:
    order = await require_order(ports, which)
    reading = await ask_charge(ports, order, charge_no)
    if reading is not None:
        return await apply_charge_reading(ports, order, reading), reading
    return (await change(ports, order, unknown_there, charge_no)).order, None
