"""The exceptions queue: one document a trouble, saved by compare-and-set; `open` is the store's own field."""

from models.exceptions_queue import Trouble, TroubleKind
from store.documents import Shape
from store.failures import names_failures
from store.mongo import Database, Document
from store.paging import newest_first
from store.versions import write_version

SHAPE = Shape(Trouble, key="id")


@names_failures
class Troubles:
    """The collection `troubles`."""

    def __init__(self, database: Database) -> None:
        self._troubles = database["troubles"]

    async def get(self, trouble_id: str) -> Trouble | None:
        """Give a trouble, open or closed."""
        return SHAPE.optional(await self._troubles.find_one({"_id": trouble_id}))

    async def save(self, trouble: Trouble) -> None:
        """Insert (version 0) or write by compare-and-set; raises Stale."""
        await write_version(self._troubles, {**SHAPE.document(trouble), "open": trouble.is_open}, trouble.version)
        trouble.version += 1

    async def page(
        self, *, institution_id: str | None = None, is_open: bool | None = None, after: str = "", limit: int = 20
    ) -> list[Trouble]:
        """Give troubles (of one institution) newest first, those after the id `after`; all, open or closed ones."""
        owner: Document = {} if institution_id is None else {"institution_id": institution_id}
        also: Document = {} if is_open is None else {"open": is_open}
        page = await newest_first(self._troubles, owner=owner, also=also, moment="opened_at", after=after, limit=limit)
        return [SHAPE.entity(document) for document in page]

    async def count_open(self) -> dict[TroubleKind, int]:
        """Say how many of each kind are open; a partial index holds nothing else."""
        cursor = self._troubles.aggregate(
            [{"$match": {"open": True}}, {"$group": {"_id": "$kind", "count": {"$sum": 1}}}]
        )
        return {TroubleKind(found["_id"]): found["count"] async for found in cursor}
