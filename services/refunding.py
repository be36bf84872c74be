"""Giving money back: promised by the institution, asked of WeChat under our number, known by notice or by asking."""

from datetime import datetime
from hashlib import sha256

from models import refunding
from models.asking import Doubt, ask_again
from models.charge import RefundState
from models.errors import OutsideFailure, Refusal
from models.notices import RefundReading, RefundRequest
from models.order import Order
from models.refunding import begin_refund, find_refund, refund_failed, refund_request
from services.changing import change, institutions_order, require_order
from services.ports import Ports


async def owe_refund(
    ports: Ports, institution_id: str, order_no: str, charge_no: str, amount_fen: int, reason: str, key: str
) -> Order:
    """Owe a refund; the same idempotency key is the same refund. WeChat is asked by the refund job."""
    await institutions_order(ports, institution_id, order_no)
    refund_no = f"{charge_no}-R{sha256(key.encode()).hexdigest()[:12]}"
    return await change(
        ports,
        order_no,
        lambda order, now: refunding.owe_refund(order, now, charge_no, amount_fen, reason, "institution", refund_no),
    )


async def retry_refund(ports: Ports, institution_id: str, order_no: str, refund_no: str) -> Order:
    """Try a failed refund again, under its own number."""
    await institutions_order(ports, institution_id, order_no)
    return await change(ports, order_no, lambda order, now: refunding.retry_refund(order, now, refund_no))


async def refund(ports: Ports, order_no: str) -> Order:
    """Ask WeChat for every refund that is due on this order; safe to run twice at once."""
    order = await require_order(ports, order_no)
    now = await ports.clock.now()
    due = [x.no for charge in order.charges for x in charge.refunds if x.act_at is not None and x.act_at <= now]
    for refund_no in due:
        order = await _ask_for(ports, order_no, refund_no)
    return order


async def apply_refund_reading(ports: Ports, order_no: str, reading: RefundReading) -> Order:
    """Take WeChat's word on a refund, from an answer, a notice or a question of ours alike."""
    return await change(ports, order_no, lambda order, now: refunding.apply_refund_reading(order, now, reading))


async def heal_refunds(ports: Ports, order: Order, now: datetime) -> list[str]:
    """Ask WeChat about refunds under way; gives the names of what the answers healed."""
    healed: list[str] = []
    for charge in order.charges:
        for refund in charge.refunds:
            if refund.ask_at is not None and refund.ask_at <= now:
                healed += await _ask_about(ports, order, refund.no)
    return healed


async def _ask_for(ports: Ports, order_no: str, refund_no: str) -> Order:
    wanted: list[bool] = []

    def rule(order: Order, now: datetime) -> None:
        wanted[:] = [begin_refund(order, now, refund_no)]

    order = await change(ports, order_no, rule)
    if not wanted[0]:
        return order
    charge, refund = find_refund(order, refund_no)
    try:
        reading = await _refund(ports, refund_request(order, charge, refund))
    except OutsideFailure:
        return await change(ports, order_no, lambda order, now: _later(order, refund_no, now))
    except Refusal as refused:
        problem = refused.code
        return await change(ports, order_no, lambda order, now: refund_failed(order, now, refund_no, problem))
    return await apply_refund_reading(ports, order_no, reading)


async def _refund(ports: Ports, request: RefundRequest) -> RefundReading:
    """Ask for it; a no to a refund WeChat already knows, because an earlier answer was lost, is no no."""
    try:
        return await ports.pay.refund(request)
    except Refusal:
        known = await ports.pay.query_refund(request.channel, request.no)
        if known is None:
            raise
        return known


async def _ask_about(ports: Ports, order: Order, refund_no: str) -> list[str]:
    try:
        reading = await ports.pay.query_refund(order.channel, refund_no)
    except (OutsideFailure, Refusal):
        reading = None
    if reading is not None:
        order = await apply_refund_reading(ports, order.no, reading)
        _, refund = find_refund(order, refund_no)
        if refund.state is not RefundState.REFUNDING:
            return [f"refund_{refund.state}"]
    await change(ports, order.no, lambda order, now: _asked(order, refund_no, now))
    return []


def _later(order: Order, refund_no: str, now: datetime) -> None:
    _, refund = find_refund(order, refund_no)
    if refund.act_at is not None:
        refund.act_at = ask_again(Doubt.PLACING, refund.tries, now)


def _asked(order: Order, refund_no: str, now: datetime) -> None:
    _, refund = find_refund(order, refund_no)
    if refund.ask_at is not None:
        refund.asks += 1
        refund.ask_at = ask_again(Doubt.REFUND, refund.asks, now)
