"""Asking WeChat what it knows: of a charge, of a permission. What it says is applied by whoever asked."""

from models.charge import ChannelReading
from models.fee_mode import Agreement
from models.merchant import Channel
from models.order import Order
from services.authorizing import apply_authorization_reading
from services.ports import Ports


async def ask_charge(ports: Ports, order: Order, charge_no: str) -> ChannelReading | None:
    """Return what WeChat says of a charge, None when it knows no such number. Raises OutsideFailure or a refusal."""
    if order.agreement is Agreement.PAYMENT:
        return await ports.payment_gateway.query_payment(order.channel, charge_no)
    return await ports.service_gateway.query_service(order.channel, charge_no)


async def ask_authorization(ports: Ports, channel: Channel, openid: str) -> bool:
    """Ask of a permission and take down what WeChat says; False when it knows none. Raises as `ask_charge`."""
    asked_at = await ports.clock.now()
    reading = await ports.authorization_gateway.query_authorization(channel, openid)
    if reading is not None:
        await apply_authorization_reading(ports, reading, at=asked_at, is_answer=True)
    return reading is not None
