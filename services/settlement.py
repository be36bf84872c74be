"""Doing at WeChat what an order's charges need next.

Our intention is stored first, the answer after, so a crash between two writes is repeated with the same number and
the same request.
"""

from datetime import datetime, timedelta

from structlog import get_logger

from models import readings
from models.asking import Doubt, ask_again
from models.charge import ChannelReading, ChannelState, ChargeState, Completion
from models.errors import Conflict, Declined, OutsideFailure, Refusal
from models.fee_mode import Agreement
from models.order import Order
from models.parking import park_order
from models.planning import stopped
from models.requests import completion_fees, service_request
from models.settling import (
    Step,
    begin_completion,
    begin_opening,
    charge_cancelled,
    next_step,
    postpone,
    unknown_there,
)
from services.changing import change, require_order
from services.ports import Ports

log = get_logger()

CANCEL_REASON = "未产生应付课时费"
"""Shown to the learner by WeChat when a service order closes without a charge; at most 30 characters."""

NOT_AS_WE_BELIEVED = frozenset({"wechat_state", "wechat_not_found"})
"""WeChat's word that the service order is not in the state we act on."""

PATIENCE = 12
"""How often a step WeChat declines for a reason that may pass is tried before a person has to look: some days."""

COUNTED_HERE = frozenset({Step.CANCEL, Step.TELL_PAID})
"""Steps whose tries nothing else counts: opening and completing count theirs with the intention they store."""

TOO_SOON_WAIT = timedelta(seconds=3)
"""A service order must be older than our clock margin before it can be completed."""


async def settle(ports: Ports, order_no: str) -> Order:
    """Do whatever is due at WeChat for this order's charges; safe to run twice at once."""
    order = await require_order(ports, order_no)
    now = await ports.clock.now()
    for charge in order.charges:
        if charge.act_at is not None and charge.act_at <= now:
            order = await settle_charge(ports, order, charge.no)
    if order.plan and order.plan.act_at is not None and order.plan.act_at <= now:
        order = await _stop_plan(ports, order, order.plan.no)
    return order


async def settle_charge(ports: Ports, order: Order, charge_no: str) -> Order:
    """Take the next step, and come back to it later when it did not get us anywhere."""
    step = next_step(order, order.charge(charge_no))
    try:
        order = await _take_step(ports, order, charge_no)
    except OutsideFailure:
        return await _later(ports, order.no, charge_no)
    except Conflict as conflict:
        return await _not_now(ports, order, charge_no, conflict)
    except Declined as declined:
        return await _declined(ports, order, charge_no, declined)
    if next_step(order, order.charge(charge_no)) is step:
        return await _later(ports, order.no, charge_no)
    return order


async def _not_now(ports: Ports, order: Order, charge_no: str, conflict: Conflict) -> Order:
    if conflict.code == "too_soon":
        return await _in_a_moment(ports, order.no, charge_no)
    if conflict.code in NOT_AS_WE_BELIEVED:
        await _ask_instead(ports, order, charge_no)
    return await _later(ports, order.no, charge_no)


async def _declined(ports: Ports, order: Order, charge_no: str, declined: Declined) -> Order:
    """Try again what may yet be taken, for some days; a plain no waits for a person."""
    if declined.detail.get("retry_helps") and order.charge(charge_no).tries < PATIENCE:
        return await _later(ports, order.no, charge_no, Doubt.DEDUCTION)
    reason = f"wechat_{declined.code.removeprefix('wechat_')}"
    return await change(ports, order.no, lambda order, now: park_order(order, now, reason, charge_no=charge_no))


async def _take_step(ports: Ports, order: Order, charge_no: str) -> Order:
    match next_step(order, order.charge(charge_no)):
        case Step.OPEN:
            return await _open_lesson(ports, order, charge_no)
        case Step.COMPLETE:
            return await _complete(ports, order, charge_no)
        case Step.CANCEL:
            return await _cancel(ports, order, charge_no)
        case Step.TELL_PAID:
            return await _tell_paid(ports, order, charge_no)
        case _:
            return order


async def _open_lesson(ports: Ports, order: Order, charge_no: str) -> Order:
    wanted: list[bool] = []

    def rule(order: Order, now: datetime) -> None:
        charge = order.charge(charge_no)
        wanted[:] = [next_step(order, charge) is Step.OPEN]
        if wanted[0]:
            begin_opening(order, now, charge_no)

    order = await change(ports, order.no, rule)
    charge = order.charge(charge_no)
    if not wanted[0]:
        return order
    if order.plan is None or order.plan.sign_plan_id is None or charge.lesson_n is None:
        return await change(
            ports, order.no, lambda order, now: park_order(order, now, "plan_missing", charge_no=charge_no)
        )
    request = service_request(order, charge)
    reading = await ports.pay.open_lesson(request, order.plan.sign_plan_id, charge.lesson_n)
    return await apply_charge_reading(ports, order.no, reading)


async def _stop_plan(ports: Ports, order: Order, plan_no: str) -> Order:
    try:
        await ports.pay.stop_plan(order.channel, plan_no, CANCEL_REASON)
    except OutsideFailure:
        return await change(ports, order.no, _stop_plan_later)
    except Refusal as refused:
        log.info("plan was over already", action="plan.stop", order_no=order.no, why=str(refused))
    return await change(ports, order.no, stopped)


def _stop_plan_later(order: Order, now: datetime) -> None:
    if order.plan and order.plan.act_at:
        order.plan.act_at = ask_again(Doubt.PLACING, 1, now)


async def _complete(ports: Ports, order: Order, charge_no: str) -> Order:
    frozen: list[Completion] = []

    def rule(order: Order, now: datetime) -> None:
        if next_step(order, order.charge(charge_no)) is Step.COMPLETE:
            frozen[:] = [begin_completion(order, now, charge_no)]

    order = await change(ports, order.no, rule)
    if not frozen:
        return order
    fees = completion_fees(frozen[0])
    reading = await ports.pay.complete_service(order.channel, charge_no, frozen[0], fees)
    return await change(ports, order.no, lambda order, now: readings.apply_charge_reading(order, now, reading))


async def _cancel(ports: Ports, order: Order, charge_no: str) -> Order:
    """Close what must not be charged; what WeChat may not even know is asked for first."""
    if order.charge(charge_no).state is ChargeState.OPENING:
        order, reading = await _ask(ports, order, charge_no)
        still_there = reading is not None and reading.state is ChannelState.AWAITING_LEARNER
        if not still_there or order.charge(charge_no).state is not ChargeState.OPENING:
            return order
    if order.agreement is Agreement.PAYMENT:
        await ports.pay.close_payment(order.channel, charge_no)
    else:
        await ports.pay.cancel_service(order.channel, charge_no, CANCEL_REASON)
    return await change(ports, order.no, lambda order, now: charge_cancelled(order, now, charge_no, "nothing_due"))


async def _tell_paid(ports: Ports, order: Order, charge_no: str) -> Order:
    """Tell WeChat that the learner paid the institution, so that it stops deducting."""
    payment = order.charge(charge_no).outside_payment
    if payment is None:
        return order
    return await apply_charge_reading(
        ports, order.no, await ports.pay.sync_paid(order.channel, charge_no, payment.paid_at)
    )


async def _ask_instead(ports: Ports, order: Order, charge_no: str) -> None:
    """WeChat says its state does not allow this: what it knows decides, not what we believed."""
    try:
        await _ask(ports, order, charge_no)
    except (OutsideFailure, Refusal) as silent:
        log.info("no answer, asking again later", action="settle.silent", order_no=order.no, why=str(silent))


async def _ask(ports: Ports, order: Order, charge_no: str) -> tuple[Order, ChannelReading | None]:
    ask = ports.pay.query_payment if order.agreement is Agreement.PAYMENT else ports.pay.query_service
    reading = await ask(order.channel, charge_no)
    if reading is not None:
        return await apply_charge_reading(ports, order.no, reading), reading
    order = await change(ports, order.no, lambda order, now: unknown_there(order, now, charge_no))
    return order, None


async def apply_charge_reading(ports: Ports, order_no: str, reading: ChannelReading, *, healed: bool = False) -> Order:
    """Take WeChat's word on a charge, from an answer, a notice or a question of ours alike."""
    return await change(
        ports, order_no, lambda order, now: readings.apply_charge_reading(order, now, reading, healed=healed)
    )


async def _later(ports: Ports, order_no: str, charge_no: str, doubt: Doubt = Doubt.PLACING) -> Order:
    """Put a step that is still due off, unless somebody already did."""

    def rule(order: Order, now: datetime) -> None:
        charge = order.charge(charge_no)
        if charge.act_at is not None and charge.act_at <= now:
            charge.tries += next_step(order, charge) in COUNTED_HERE
            postpone(charge, ask_again(doubt, charge.tries, now))

    return await change(ports, order_no, rule)


async def _in_a_moment(ports: Ports, order_no: str, charge_no: str) -> Order:
    return await change(ports, order_no, lambda order, now: postpone(order.charge(charge_no), now + TOO_SOON_WAIT))
