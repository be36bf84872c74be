"""Facts: what happened, for ever, one document each under its own key `<order number>.<seq>`."""

from collections.abc import Sequence

from models.facts import Fact
from store.documents import insert_new
from store.failures import names_failures
from store.mongo import Database


@names_failures
class Facts:
    """The collection `facts`: only ever added to."""

    def __init__(self, database: Database) -> None:
        self._facts = database["facts"]

    async def add(self, facts: Sequence[Fact]) -> None:
        """Store facts in one round trip; ones already stored are left as they are."""
        await insert_new(self._facts, [{"_id": fact.id, **fact.model_dump(mode="python")} for fact in facts])

    async def of_order(self, order_no: str) -> list[Fact]:
        """Return an order's stored facts by their place in the chain."""
        cursor = self._facts.find({"order_no": order_no}, {"_id": 0}).sort("seq", 1)
        return [Fact.model_validate(document) async for document in cursor]
