"""All stores of one database, under the names the use cases know them by."""

from dataclasses import dataclass
from uuid import uuid4

from store.facts import Facts
from store.inbox import Inbox
from store.mongo import Database
from store.orders import Orders


@dataclass(frozen=True)
class Stores:
    """The stores; each field carries the name of its port."""

    orders: Orders
    facts: Facts
    inbox: Inbox


def open_stores(database: Database) -> Stores:
    """Open the stores of a database. Every call is a worker of its own: it gives back only claims it took itself."""
    worker = uuid4().hex
    return Stores(orders=Orders(database, worker), facts=Facts(database), inbox=Inbox(database))
