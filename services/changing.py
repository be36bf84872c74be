"""Changing an order: read it, apply a pure rule, draw the consequences, save by compare-and-set, or think again."""

from collections.abc import Callable
from datetime import datetime

from models.errors import Conflict, NotFound, Stale
from models.order import Order
from models.settling import progress
from services.ports import Ports

TRIES = 20
"""A rule is decided anew each time somebody saved first; twenty writers at one order are not real people."""


async def change(ports: Ports, no: str, rule: Callable[[Order, datetime], object]) -> Order:
    """Apply `rule(order, now)` and save the order with its consequences, unless nothing changed.

    Raises NotFound for an unknown order, whatever the rule raises, or Conflict `too_busy`.
    """
    for _ in range(TRIES):
        order = await require_order(ports, no)
        before = order.model_dump()  # much cheaper than a deep copy
        now = await ports.clock.now()
        rule(order, now)
        progress(order, now)
        if order.model_dump() == before:
            return order
        try:
            await ports.orders.save(order)
        except Stale:
            continue
        return order
    raise Conflict("too_busy", order_no=no)


async def require_order(ports: Ports, no: str) -> Order:
    """Give the order; raises NotFound."""
    order = await ports.orders.get(no)
    if order is None:
        raise NotFound("order_not_found", order_no=no)
    return order


async def learners_order(ports: Ports, learner_id: str, no: str) -> Order:
    """Give this learner's order; another's looks exactly like one that does not exist."""
    order = await require_order(ports, no)
    if order.buyer.learner_id != learner_id:
        raise NotFound("order_not_found", order_no=no)
    return order


async def institutions_order(ports: Ports, institution_id: str, no: str) -> Order:
    """Give this institution's order; another's looks exactly like one that does not exist."""
    order = await require_order(ports, no)
    if order.course.institution_id != institution_id:
        raise NotFound("order_not_found", order_no=no)
    return order
