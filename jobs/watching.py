"""Looking at what waits for a person, so that somebody can be called when it grows."""

from jobs.metrics import INVARIANTS_BROKEN, OPEN_EXCEPTIONS, PARKED_ORDERS
from models.exceptions import ExceptionKind
from services.parking import check_orders
from services.ports import Ports


async def count_exceptions(ports: Ports, _page: int) -> int:
    """Count open exceptions by kind, and parked orders; every process counts all, so take the maximum over them.

    Gives 0, because counting leaves nothing due.
    """
    counts = await ports.exceptions.count_open()
    for kind in ExceptionKind:
        OPEN_EXCEPTIONS.labels(kind).set(counts.get(kind, 0))
    PARKED_ORDERS.set(await ports.orders.count_parked())
    return 0


async def check_invariants(ports: Ports, page: int) -> int:
    """Park every order that shows what must never be; gives 0, because one look has seen them all."""
    INVARIANTS_BROKEN.inc(await check_orders(ports, page))
    return 0
