"""The lives of this database, and how far the present one has caught up: the collection `generations`.

Document: {_id: number, mark, memory, begun_at, backup_at, phase, after, moved_at, until}. A database without any is in
its first life, which remembers everything.
"""

from asyncio import get_running_loop
from datetime import datetime, timedelta

from pymongo import ReturnDocument

from models.generation import Generation, Memory
from store.documents import Shape
from store.failures import names_failures
from store.mongo import Database, Document

SHAPE = Shape(Generation, key="number")

LOOKED_UP_FOR_S = 1.0
"""How long what was read is believed: every change of an order asks, and lives are long."""


@names_failures
class Generations:
    """The collection `generations`, as one process sees it."""

    def __init__(self, database: Database, worker: str) -> None:
        self._generations = database["generations"]
        self._worker = worker
        self._known: Generation | None = None
        self._looked_at = 0.0

    async def current(self) -> Generation:
        """Return the present life, at most a second old."""
        now = get_running_loop().time()
        if self._known is None or now - self._looked_at > LOOKED_UP_FOR_S:
            self._known, self._looked_at = await self.latest(), now
        return self._known

    async def latest(self) -> Generation:
        """Return the present life as it is now."""
        found = await self._generations.find_one({}, sort=[("_id", -1)])
        return Generation() if found is None else SHAPE.entity(found)

    async def begin(self, generation: Generation) -> None:
        """Write down that a life begins, or where it stands; again changes nothing."""
        self._known = None
        await self._generations.update_one({"_id": generation.number}, SHAPE.upsert(generation), upsert=True)

    async def take(self, lease: timedelta) -> Generation | None:
        """Claim the catching up of the present life; None when there is nothing to catch up, or somebody is at it."""
        until = {"$add": ["$$NOW", int(lease.total_seconds() * 1000)]}
        free = {"$lte": [{"$ifNull": ["$until", "$$NOW"]}, "$$NOW"]}
        present = await self.latest()
        found = await self._generations.find_one_and_update(
            {"_id": present.number, "memory": Memory.CATCHING_UP, "$expr": {"$or": [free, self._is_ours()]}},
            [{"$set": {"until": until, "worker": self._worker}}],
            return_document=ReturnDocument.AFTER,
        )
        return SHAPE.entity(found) if found else None

    async def moved(self, number: int, phase: str, after: str, at: datetime) -> None:
        """Remember how far catching up is."""
        await self._set(number, {"phase": phase, "after": after, "moved_at": at})

    async def caught_up(self, number: int, at: datetime) -> None:
        """Remember that everything was asked about: from now on this life acts."""
        await self._set(number, {"memory": Memory.WHOLE, "phase": "", "after": "", "moved_at": at})

    async def _set(self, number: int, fields: Document) -> None:
        self._known = None
        await self._generations.update_one({"_id": number}, {"$set": fields, "$unset": {"until": ""}})

    def _is_ours(self) -> Document:
        return {"$eq": ["$worker", self._worker]}
