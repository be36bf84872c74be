"""Doing at WeChat what an order's charges need next.

Our intention is stored first, the answer after, so a crash between two writes is repeated with the same number and
the same request.
"""

from datetime import datetime, timedelta

from models.asking import Doubt, ask_again
from models.charge import ChannelReading, Completion
from models.errors import Conflict, Declined, OutsideFailure
from models.order import Order
from models.reading import apply_reading
from models.requests import completion_fees
from models.settling import Step, begin_completion, charge_cancelled, next_step, park, postpone
from services.changing import change, require_order
from services.ports import Ports

CANCEL_REASON = "未产生应付课时费"
"""Shown to the learner by WeChat when a service order closes without a charge; at most 30 characters."""

TOO_SOON_WAIT = timedelta(seconds=3)
"""A service order must be older than our clock margin before it can be completed."""


async def act(ports: Ports, order_no: str) -> Order:
    """Do whatever is due at WeChat for this order's charges; safe to run twice at once."""
    order = await require_order(ports, order_no)
    now = await ports.clock.now()
    for charge in order.charges:
        if charge.act_at is not None and charge.act_at <= now:
            order = await _act_on(ports, order, charge.no)
    return order


async def _act_on(ports: Ports, order: Order, charge_no: str) -> Order:
    try:
        return await _take_step(ports, order, charge_no)
    except OutsideFailure:
        return await _later(ports, order.no, charge_no)
    except Conflict as conflict:
        if conflict.code == "wechat_state":
            return await _ask_instead(ports, order, charge_no)
        return await _later(ports, order.no, charge_no, TOO_SOON_WAIT)
    except Declined as declined:
        reason = f"wechat_{declined.code}"
        return await change(ports, order.no, lambda order, now: park(order, reason, now, charge_no=charge_no))


async def _take_step(ports: Ports, order: Order, charge_no: str) -> Order:
    match next_step(order, order.charge(charge_no)):
        case Step.COMPLETE:
            return await _complete(ports, order, charge_no)
        case Step.CANCEL:
            return await _cancel(ports, order, charge_no)
        case _:
            return order


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
    await ports.pay.cancel_service(order.channel, charge_no, CANCEL_REASON)
    return await change(
        ports, order.no, lambda order, now: charge_cancelled(order, order.charge(charge_no), "nothing_due", now)
    )


async def _ask_instead(ports: Ports, order: Order, charge_no: str) -> Order:
    """WeChat says its state does not allow this: what it knows decides, not what we believed."""
    reading = await ports.pay.query_service(order.channel, charge_no)
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
