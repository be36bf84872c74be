"""Doing at WeChat what an order's charges need next.

Our intention is stored first, the answer after, so a crash between two writes is repeated with the same number and
the same request.
"""

from datetime import datetime, timedelta

from structlog import get_logger

from models.asking import Doubt, ask_again
from models.charge import ChannelReading, Completion
from models.errors import Conflict, Declined, OutsideFailure, Refusal
from models.institution import Agreement
from models.order import Order
from models.planning import stopped
from models.reading import apply_reading
from models.requests import completion_fees, service_request
from models.settling import Step, begin_completion, begin_opening, charge_cancelled, next_step, park, postpone
from services.changing import change, require_order
from services.ports import Ports

log = get_logger()

CANCEL_REASON = "未产生应付课时费"
"""Shown to the learner by WeChat when a service order closes without a charge; at most 30 characters."""

TOO_SOON_WAIT = timedelta(seconds=3)
"""A service order must be older than our clock margin before it can be completed."""

DECLINED_WAIT = timedelta(hours=1)
"""A no that somebody can lift (an unpaid order elsewhere, too many running) is tried again this often."""


async def act(ports: Ports, order_no: str) -> Order:
    """Do whatever is due at WeChat for this order's charges; safe to run twice at once."""
    order = await require_order(ports, order_no)
    now = await ports.clock.now()
    for charge in order.charges:
        if charge.act_at is not None and charge.act_at <= now:
            order = await _act_on(ports, order, charge.no)
    if order.plan and order.plan.act_at is not None and order.plan.act_at <= now:
        order = await _stop_plan(ports, order, order.plan.no)
    return order


async def _act_on(ports: Ports, order: Order, charge_no: str) -> Order:
    try:
        return await _take_step(ports, order, charge_no)
    except OutsideFailure:
        return await _later(ports, order.no, charge_no)
    except Conflict as conflict:
        if conflict.code == "too_soon":
            return await _later(ports, order.no, charge_no, TOO_SOON_WAIT)
        return await _ask_instead(ports, order, charge_no)
    except Declined as declined:
        if declined.detail.get("retry_helps"):
            return await _later(ports, order.no, charge_no, DECLINED_WAIT)
        reason = declined.code
        return await change(ports, order.no, lambda order, now: park(order, reason, now, charge_no=charge_no))


async def _take_step(ports: Ports, order: Order, charge_no: str) -> Order:
    match next_step(order, order.charge(charge_no)):
        case Step.OPEN:
            return await _open_lesson(ports, order, charge_no)
        case Step.COMPLETE:
            return await _complete(ports, order, charge_no)
        case Step.CANCEL:
            return await _cancel(ports, order, charge_no)
        case _:
            return order


async def _open_lesson(ports: Ports, order: Order, charge_no: str) -> Order:
    order = await change(ports, order.no, lambda order, _: begin_opening(order, order.charge(charge_no)))
    charge = order.charge(charge_no)
    if order.plan is None or order.plan.sign_plan_id is None or charge.lesson_n is None:
        return await change(ports, order.no, lambda order, now: park(order, "plan_missing", now, charge_no=charge_no))
    request = service_request(order, charge)
    reading = await ports.pay.open_lesson(request, order.plan.sign_plan_id, charge.lesson_n)
    return await take_reading(ports, order.no, reading)


async def _stop_plan(ports: Ports, order: Order, plan_no: str) -> Order:
    try:
        await ports.pay.stop_plan(order.channel, plan_no, CANCEL_REASON)
    except OutsideFailure:
        return await change(ports, order.no, _stop_plan_later)
    except Refusal as refused:
        log.info("plan was over already", action="plan.stop", order_no=order.no, why=str(refused))
    return await change(ports, order.no, lambda order, _: stopped(order))


def _stop_plan_later(order: Order, now: datetime) -> None:
    if order.plan and order.plan.act_at:
        order.plan.act_at = ask_again(Doubt.PLACING, 1, now)


async def _complete(ports: Ports, order: Order, charge_no: str) -> Order:
    frozen: list[Completion] = []

    def rule(order: Order, now: datetime) -> None:
        if next_step(order, order.charge(charge_no)) is Step.COMPLETE:
            frozen[:] = [begin_completion(order, order.charge(charge_no), now)]

    order = await change(ports, order.no, rule)
    if not frozen:
        return order
    fees = completion_fees(frozen[0])
    reading = await ports.pay.complete_service(order.channel, charge_no, frozen[0], fees)
    return await change(ports, order.no, lambda order, now: apply_reading(order, reading, now))


async def _cancel(ports: Ports, order: Order, charge_no: str) -> Order:
    if order.agreement is Agreement.PAYMENT:
        await ports.pay.close_payment(order.channel, charge_no)
    else:
        await ports.pay.cancel_service(order.channel, charge_no, CANCEL_REASON)
    return await change(
        ports, order.no, lambda order, now: charge_cancelled(order, order.charge(charge_no), "nothing_due", now)
    )


async def _ask_instead(ports: Ports, order: Order, charge_no: str) -> Order:
    """WeChat says its state does not allow this: what it knows decides, not what we believed."""
    ask = ports.pay.query_payment if order.agreement is Agreement.PAYMENT else ports.pay.query_service
    reading = await ask(order.channel, charge_no)
    if reading is not None:
        await take_reading(ports, order.no, reading)
    elif next_step(order, order.charge(charge_no)) is Step.CANCEL:
        return await change(
            ports, order.no, lambda order, now: charge_cancelled(order, order.charge(charge_no), "unknown_there", now)
        )
    return await _later(ports, order.no, charge_no)


async def take_reading(ports: Ports, order_no: str, reading: ChannelReading, *, healed: bool = False) -> Order:
    """Take WeChat's word on a charge, from an answer, a notice or a question of ours alike."""
    return await change(ports, order_no, lambda order, now: apply_reading(order, reading, now, healed=healed))


async def _later(ports: Ports, order_no: str, charge_no: str, wait: timedelta | None = None) -> Order:
    def rule(order: Order, now: datetime) -> None:
        charge = order.charge(charge_no)
        if next_step(order, charge) is not None:
            postpone(charge, now + wait if wait else ask_again(Doubt.PLACING, charge.tries, now))

    return await change(ports, order_no, rule)
