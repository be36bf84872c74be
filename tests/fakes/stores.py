"""All stores behind their ports: in memory, or the real ones; mypy checks here that both fit."""

from dataclasses import dataclass
from uuid import uuid4

from services.ports import stores as ports
from store.stores import Stores
from tests.fakes.memory import MemoryDatabase
from tests.fakes.memory_inbox import MemoryInbox
from tests.fakes.memory_orders import MemoryFacts, MemoryOrders


@dataclass(frozen=True)
class PortStores:
    """The stores as the use cases see them, under the names of services.ports.Ports."""

    orders: ports.Orders
    facts: ports.Facts
    inbox: ports.Inbox


def memory_stores(database: MemoryDatabase | None = None) -> PortStores:
    """Open in-memory stores; several calls with one database are several workers on the same data."""
    database = database or MemoryDatabase()
    worker = uuid4().hex
    return PortStores(
        orders=MemoryOrders(database, worker),
        facts=MemoryFacts(database),
        inbox=MemoryInbox(database),
    )


def port_stores(stores: Stores) -> PortStores:
    """Show the real stores through their ports."""
    return PortStores(orders=stores.orders, facts=stores.facts, inbox=stores.inbox)
