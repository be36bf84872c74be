"""The exceptions queue: one document an exception, saved by compare-and-set; `open` is the store's own field."""

from models.exceptions import ExceptionCase, ExceptionKind
from store.documents import Shape
from store.failures import names_failures
from store.mongo import Database, Document
from store.paging import newest_first
from store.versions import write_version

SHAPE = Shape(ExceptionCase, key="id")


@names_failures
class Exceptions:
    """The collection `exceptions`."""

    def __init__(self, database: Database) -> None:
        self._exceptions = database["exceptions"]

    async def get(self, exception_id: str) -> ExceptionCase | None:
        """Return an exception, open or closed."""
        return SHAPE.optional(await self._exceptions.find_one({"_id": exception_id}))

    async def save(self, case: ExceptionCase) -> None:
        """Insert (version 0) or write by compare-and-set; raises Stale."""
        await write_version(self._exceptions, {**SHAPE.document(case), "open": case.is_open}, case.version)
        case.version += 1

    async def page(
        self, *, institution_id: str | None = None, is_open: bool | None = None, after: str = "", limit: int = 20
    ) -> list[ExceptionCase]:
        """Return exceptions (of one institution) newest first, those after the id `after`; all, open or closed ones."""
        owner: Document = {} if institution_id is None else {"institution_id": institution_id}
        also: Document = {} if is_open is None else {"open": is_open}
        page = await newest_first(
            self._exceptions, owner=owner, also=also, moment="opened_at", after=after, limit=limit
        )
        return [SHAPE.entity(document) for document in page]

    async def count_open(self) -> dict[ExceptionKind, int]:
        """Say how many of each kind are open; a partial index holds nothing else."""
        cursor = self._exceptions.aggregate(
            [{"$match": {"open": True}}, {"$group": {"_id": "$kind", "count": {"$sum": 1}}}]
        )
        return {ExceptionKind(found["_id"]): found["count"] async for found in cursor}
