"""The exceptions queue: one document an exception, saved by compare-and-set; `open` is the store's own field."""

from models.exceptions import ExceptionCase, ExceptionKind
from store.documents import Shape
from store.failures import names_failures
from store.mongo import Database, Document
from store.paging import newest_first
from store.reading import Reader
from store.versions import write_version

SHAPE = Shape(ExceptionCase, key="id")


@names_failures
class Exceptions:
    """The collection `exceptions`."""

    def __init__(self, database: Database) -> None:
        self._exceptions = database["exceptions"]
        self._read = Reader(self._exceptions, SHAPE)

    async def get(self, exception_id: str) -> ExceptionCase | None:
        """Return an exception, open or closed."""
        return await self._read.one(await self._exceptions.find_one({"_id": exception_id}))

    async def save(self, case: ExceptionCase) -> None:
        """Insert (version 0) or write by compare-and-set; raises Stale."""
        await write_version(self._exceptions, SHAPE, case, case.version, also={"open": case.is_open})
        case.version += 1

    async def page(
        self,
        *,
        institution_id: str | None = None,
        is_open: bool | None = None,
        kind: ExceptionKind | None = None,
        after: str = "",
        limit: int = 20,
    ) -> list[ExceptionCase]:
        """Return exceptions (of one institution, of one kind) newest first, those after the id `after`.

        All, or with `is_open` open or closed ones only.
        """
        owner: Document = {} if institution_id is None else {"institution_id": institution_id}
        wanted = {"open": is_open, "kind": kind}
        also: Document = {name: value for name, value in wanted.items() if value is not None}
        fetch = newest_first(self._exceptions, owner=owner, also=also, moment="opened_at")
        return await self._read.page(fetch, after=after, limit=limit)

    async def count_open(self) -> dict[ExceptionKind, int]:
        """Say how many of each kind are open; a partial index holds nothing else. A newer version counts its own."""
        cursor = self._exceptions.aggregate(
            [{"$match": {"open": True}}, {"$group": {"_id": "$kind", "count": {"$sum": 1}}}]
        )
        counts = {found["_id"]: found["count"] async for found in cursor}
        return {kind: counts[kind] for kind in ExceptionKind if kind in counts}
