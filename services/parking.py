"""Orders set aside: found to break an invariant, and let go on once a person has looked."""

from datetime import datetime

from structlog import get_logger

from models import parking
from models.invariants import broken
from models.order import Order
from models.parking import park_order
from services.changing import change
from services.ports import Ports

log = get_logger()


async def check_orders(ports: Ports, page: int) -> int:
    """Read all orders page by page and park those that break an invariant; gives how many that were."""
    parked, after = 0, ""
    while orders := await ports.orders.page(after=after, limit=page):
        for order in orders:
            if not order.parked and broken(order):
                parked += bool((await change(ports, order.no, _park_if_broken)).parked)
        after = orders[-1].no
    return parked


def _park_if_broken(order: Order, now: datetime) -> None:
    """Park it for the first invariant it breaks; it may have been mended since it was read."""
    names = broken(order)
    if names:
        log.error("an order breaks an invariant", action="invariant.found", order_no=order.no, broken=names)
        park_order(order, now, f"invariant:{names[0]}")


async def unpark_order(ports: Ports, order_no: str, reason: str) -> Order:
    """Take the operator's word that the money was looked at; raises Conflict `order_not_parked`."""
    return await change(ports, order_no, lambda order, now: parking.unpark_order(order, now, reason, "operator"))
