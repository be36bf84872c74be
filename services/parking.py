"""Orders set aside: found to break an invariant, and let go on once a person has looked."""

from structlog import get_logger

from models import parking
from models.invariants import broken, park_if_broken
from models.order import Order
from services.changing import change
from services.ports import Ports

log = get_logger()


async def check_orders(ports: Ports, page: int) -> int:
    """Read all orders page by page and park those that break an invariant; gives how many that were."""
    parked, after = 0, ""
    while orders := await ports.orders.page(after=after, limit=page):
        for order in orders:
            if not order.parked and broken(order):
                parked += bool(await _park_if_broken(ports, order.no))
        after = orders[-1].no
    return parked


async def unpark_order(ports: Ports, order_no: str, reason: str) -> Order:
    """Take the operator's word that the money was looked at; raises Conflict `order_not_parked`."""
    return (await change(ports, order_no, parking.unpark_order, reason, "operator")).order


async def _park_if_broken(ports: Ports, order_no: str) -> list[str]:
    """Park it for the first invariant it breaks; it may have been mended since it was read."""
    names = (await change(ports, order_no, park_if_broken)).result
    if names:
        log.error("an order breaks an invariant", action="invariant.found", order_no=order_no, broken=names)
    return names or []
