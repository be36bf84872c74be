"""Looking at every order for what must never be: the second net under the check on every change."""

from datetime import datetime

from structlog import get_logger

from models.invariants import broken
from models.order import Order
from models.parking import park
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
        park(order, f"invariant:{names[0]}", now)
