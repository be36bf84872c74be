"""Giving money back: promised by the institution, asked of WeChat under our number, known by notice or by asking."""

from datetime import datetime
from hashlib import sha256

from models import refunding
from models.charge import ABNORMAL
from models.errors import OutsideFailure, Refusal
from models.notices import BankCard, RedirectRequest, RefundReading, RefundRequest
from models.order import Order
from models.refunding import (
    asked_about_refund,
    begin_redirecting,
    begin_refund,
    find_refund,
    put_off_refund,
    refund_failed,
    refund_request,
)
from services.changing import Which, change, institutions, require_order
from services.ports import Ports


async def owe_refund(
    ports: Ports, institution_id: str, order_no: str, charge_no: str, amount_fen: int, reason: str, key: str
) -> Order:
    """Owe a refund; the same idempotency key is the same refund. WeChat is asked by the refund job."""
    refund_no = f"{charge_no}-R{sha256(key.encode()).hexdigest()[:12]}"
    theirs = institutions(institution_id, order_no)
    rule = refunding.owe_refund
    return (await change(ports, theirs, rule, charge_no, amount_fen, reason, "institution", refund_no)).order


async def retry_refund(ports: Ports, institution_id: str, order_no: str, refund_no: str) -> Order:
    """Try a failed refund again, under its own number."""
    return (await change(ports, institutions(institution_id, order_no), refunding.retry_refund, refund_no)).order


async def redirect_refund(
    ports: Ports, institution_id: str, order_no: str, refund_no: str, card: BankCard | None
) -> Order:
    """Send a refund its account did not take to another card of the learner, or to the merchant's own account.

    When WeChat's answer never comes (OutsideFailure) it is asked about; the card is kept nowhere.
    """
    order = await require_order(ports, institutions(institution_id, order_no))
    if not find_refund(order, refund_no)[1].refund_id:
        order = await _ask_for_number(ports, order, refund_no)
    order, begun = await change(ports, order, begin_redirecting, refund_no)
    if not begun:
        return order
    number = find_refund(order, refund_no)[1].refund_id
    request = RedirectRequest(channel=order.channel, no=refund_no, refund_id=number)
    try:
        reading = await ports.refund_gateway.redirect_refund(request, card)
    except Refusal:
        await change(ports, order, refund_failed, refund_no, ABNORMAL)
        raise
    return await apply_refund_reading(ports, order, reading)


async def settle_refund_outside(
    ports: Ports, institution_id: str, order_no: str, refund_no: str, reference: str
) -> Order:
    """Take the institution's word that the learner has the money by another way."""
    theirs = institutions(institution_id, order_no)
    return (await change(ports, theirs, refunding.settle_refund_outside, refund_no, reference, "institution")).order


async def settle_refund_by_operator(ports: Ports, order_no: str, refund_no: str, reference: str) -> Order:
    """Take the operator's word for the same."""
    return (await change(ports, order_no, refunding.settle_refund_outside, refund_no, reference, "operator")).order


async def refund(ports: Ports, which: Which) -> Order:
    """Ask WeChat for every refund that is due on this order; safe to run twice at once."""
    order = await require_order(ports, which)
    now = await ports.clock.now()
    for refund_no in [x.no for charge in order.charges for x in charge.refunds if x.is_to_act(now)]:
        order = await _ask_for(ports, order, refund_no)
    return order


async def apply_refund_reading(ports: Ports, which: Which, reading: RefundReading) -> Order:
    """Take WeChat's word on a refund, from an answer, a notice or a question of ours alike."""
    return (await change(ports, which, refunding.apply_refund_reading, reading)).order


async def heal_refunds(ports: Ports, order: Order, now: datetime) -> list[str]:
    """Ask WeChat about refunds under way; gives the names of what the answers healed."""
    healed: list[str] = []
    for refund_no in [x.no for charge in order.charges for x in charge.refunds if x.is_to_ask(now)]:
        healed += await _ask_about(ports, order, refund_no)
    return healed


async def _ask_for(ports: Ports, order: Order, refund_no: str) -> Order:
    order, begun = await change(ports, order, begin_refund, refund_no)
    if not begun:
        return order
    try:
        reading = await _refund(ports, refund_request(order, *find_refund(order, refund_no)))
    except OutsideFailure:
        return (await change(ports, order, put_off_refund, refund_no)).order
    except Refusal as refused:
        return (await change(ports, order, refund_failed, refund_no, refused.code)).order
    return await apply_refund_reading(ports, order, reading)


async def _refund(ports: Ports, request: RefundRequest) -> RefundReading:
    """Ask for it; a no to a refund WeChat already knows, because an earlier answer was lost, is no no."""
    try:
        return await ports.refund_gateway.refund(request)
    except Refusal:
        known = await ports.refund_gateway.query_refund(request.channel, request.no)
        if known is None:
            raise
        return known


async def _ask_for_number(ports: Ports, order: Order, refund_no: str) -> Order:
    """WeChat's own number of a refund was not kept by earlier versions."""
    known = await ports.refund_gateway.query_refund(order.channel, refund_no)
    return order if known is None else await apply_refund_reading(ports, order, known)


async def _ask_about(ports: Ports, order: Order, refund_no: str) -> list[str]:
    was = find_refund(order, refund_no)[1].state
    try:
        reading = await ports.refund_gateway.query_refund(order.channel, refund_no)
    except (OutsideFailure, Refusal):
        reading = None
    if reading is not None:
        order = await apply_refund_reading(ports, order, reading)
        _, refund = find_refund(order, refund_no)
        if refund.state is not was:
            return [f"refund_{refund.state}"]
    await change(ports, order, asked_about_refund, refund_no)
    return []
