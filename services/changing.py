"""Changing an order: read it, apply a pure rule, draw the consequences, save by compare-and-set, or think again.

A change that would break an invariant is not made: the order is parked as it was.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from structlog import get_logger

from models.errors import NotFound
from models.invariants import broken
from models.order import Order
from models.parking import park_order
from models.settling import progress
from services.ports import Ports
from services.saving import until_saved

log = get_logger()


async def change(
    ports: Ports, no: str, rule: Callable[[Order, datetime], object], *, just_read: Order | None = None
) -> Order:
    """Apply `rule(order, now)` and save what it and its consequences changed, unless nothing did.

    `just_read` is the order as this request read it a moment ago: it saves a round trip, is changed in place, and is
    read anew when somebody saved since. Raises NotFound for an unknown order, whatever the rule raises, or Conflict
    `too_busy`.
    """

    async def attempt() -> Order:
        nonlocal just_read
        order, just_read = just_read or await require_order(ports, no), None
        before = order.model_dump()  # much cheaper than a deep copy
        now = await ports.clock.now()
        rule(order, now)
        progress(order, now)
        names = broken(order)
        if names:
            order = _parked_instead(order, before, names, now)
        if order.model_dump() != before:
            await ports.orders.save(order, before)
        return order

    return await until_saved(attempt, order_no=no)


def _parked_instead(order: Order, before: dict[str, Any], names: list[str], now: datetime) -> Order:
    """Return the order as it was, parked for what would have broken; one broken already may go on changing."""
    as_it_was = Order.model_validate(before)
    news = [name for name in names if name not in broken(as_it_was)]
    if not news:
        return order
    log.error("a change would break an invariant", action="invariant.broken", order_no=order.no, broken=news)
    park_order(as_it_was, now, f"invariant:{news[0]}")
    return as_it_was


async def require_order(ports: Ports, no: str) -> Order:
    """Return the order; raises NotFound."""
    order = await ports.orders.get(no)
    if order is None:
        raise NotFound("order_not_found", order_no=no)
    return order


async def learners_order(ports: Ports, learner_id: str, no: str) -> Order:
    """Return this learner's order; another's looks exactly like one that does not exist."""
    order = await require_order(ports, no)
    if order.buyer.learner_id != learner_id:
        raise NotFound("order_not_found", order_no=no)
    return order


async def institutions_order(ports: Ports, institution_id: str, no: str) -> Order:
    """Return this institution's order; another's looks exactly like one that does not exist."""
    order = await require_order(ports, no)
    if order.course.institution_id != institution_id:
        raise NotFound("order_not_found", order_no=no)
    return order
