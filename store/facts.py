"""Facts: what happened, for ever, one document each under its own key `<order number>.<seq>`."""

from collections.abc import Sequence

from models.facts import Fact
from store.documents import Shape, insert_new
from store.failures import names_failures
from store.mongo import Database
from store.reading import Reader

SHAPE = Shape(Fact, key="")


@names_failures
class Facts:
    """The collection `facts`: only ever added to."""

    def __init__(self, database: Database) -> None:
        self._facts = database["facts"]
        self._read = Reader(self._facts, SHAPE)

    async def add(self, facts: Sequence[Fact]) -> None:
        """Store facts in one round trip; ones already stored are left as they are."""
        await insert_new(self._facts, [{"_id": fact.id, **SHAPE.document(fact)} for fact in facts])

    async def of_order(self, order_no: str) -> list[Fact]:
        """Return an order's stored facts by their place in the chain."""
        return await self._read.all(self._facts.find({"order_no": order_no}).sort("seq", 1))
