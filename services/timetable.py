"""The institution's timetable: moving, cancelling and making up lessons."""

from datetime import datetime

from models.order import Order
from models.training import cancel_lesson, plan_make_up, reschedule
from services.changing import change, institutions_order
from services.ports import Ports


async def move_lesson(
    ports: Ports, institution_id: str, order_no: str, n: int, scheduled_at: datetime, reason: str
) -> Order:
    """Move a lesson that was not taught yet."""
    await institutions_order(ports, institution_id, order_no)
    return await change(ports, order_no, lambda order, now: reschedule(order, n, scheduled_at, reason, now))


async def call_off(ports: Ports, institution_id: str, order_no: str, n: int, reason: str) -> Order:
    """Cancel a lesson; it is never charged."""
    await institutions_order(ports, institution_id, order_no)
    return await change(ports, order_no, lambda order, now: cancel_lesson(order, n, reason, now))


async def make_up(ports: Ports, institution_id: str, order_no: str, n: int, scheduled_at: datetime) -> Order:
    """Plan a void lesson once more."""
    await institutions_order(ports, institution_id, order_no)
    return await change(ports, order_no, lambda order, now: plan_make_up(order, n, scheduled_at, now))
