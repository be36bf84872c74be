"""Claiming due work by lease, in batches: any number of workers share it, and a dead one's work is taken up again.

A document with work carries `agenda.<kind>` (since when it is due, domain time) and, while somebody works on it,
`claims.<kind>` = {id, worker, until} and how often it was tried (store/tries.py). `until` is written and compared by
the database server's own clock ($$NOW), so the clocks of the workers need not agree. A claim costs two round trips,
three when another worker raced for the same.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from models.work import Patience, StuckWork
from store.mongo import Collection, Document
from store.tries import STUCK, Tries

RACES = 3
"""How often to look again after other workers took everything that was found."""

PATIENCE = Patience()


class Claims:
    """One kind of due work in one collection, as one worker sees it."""

    def __init__(self, collection: Collection, kind: str, worker: str, patience: Patience = PATIENCE) -> None:
        self._collection = collection
        self._worker = worker
        self._tries = Tries(kind, patience)
        self.due_field = f"agenda.{kind}"
        self.claim_field = f"claims.{kind}"

    def open_work(self, now: datetime) -> Document:
        """Filter: due by `now` and under no live claim. The partial index on the due field answers it in order."""
        until = {"$ifNull": [f"${self.claim_field}.until", "$$NOW"]}
        return {self.due_field: {"$lte": now}, "$expr": {"$lte": [until, "$$NOW"]}}

    async def take(self, now: datetime, *, limit: int, lease: timedelta) -> list[str]:
        """Claim up to `limit` of the longest due; gives their ids, longest due first."""
        for _ in range(RACES):
            found = [document["_id"] for document in await self.find(now, limit=limit)]
            won = await self.take_these(found, now, lease)
            if won or len(found) < limit:
                return won
        return []

    async def find(self, now: datetime, *, limit: int, fields: Sequence[str] = ()) -> list[Document]:
        """Return open work (`_id` and `fields` of it), longest due first, without claiming it."""
        wanted = dict.fromkeys(("_id", *fields), 1)
        cursor = self._collection.find(self.open_work(now), wanted).sort(self.due_field, 1).limit(limit)
        cursor.batch_size(limit)  # a page in one round trip: the server's own first batch ends at 101
        return await cursor.to_list(limit)

    async def take_these(self, ids: Sequence[str], now: datetime, lease: timedelta) -> list[str]:
        """Claim those of `ids` that are still open; gives the ones that became ours."""
        if not ids:
            return []
        claim_id = uuid4().hex
        result = await self._collection.update_many(
            {"_id": {"$in": list(ids)}, **self.open_work(now)}, self._tries.begin(claim_id, self._worker, lease)
        )
        if result.modified_count == len(ids):
            return list(ids)
        return await self._won(ids, claim_id)

    async def give_back(self, ids: Sequence[str], silent: Sequence[str] = ()) -> None:
        """End our claims on these: what is still due as before is left alone for a while, longer each time.

        Where the outside was silent, the claim lasts until its lease ends and the try counts as none. A claim
        somebody else took over after our lease is left alone.
        """
        if ids:
            await self._collection.update_many(self._ours(ids), self._tries.end())
        if silent:
            await self._collection.update_many(self._ours(silent), self._tries.excuse())

    def _ours(self, ids: Sequence[str]) -> Document:
        return {"_id": {"$in": list(ids)}, f"{self.claim_field}.worker": self._worker}

    async def _won(self, ids: Sequence[str], claim_id: str) -> list[str]:
        cursor = self._collection.find({"_id": {"$in": list(ids)}, f"{self.claim_field}.id": claim_id}, {"_id": 1})
        won = {document["_id"] async for document in cursor}
        return [number for number in ids if number in won]


async def stuck_work(collection: Collection, *, limit: int, order_no: str = "order_no") -> list[StuckWork]:
    """Return work of a collection that was tried too often in vain and is still due; a partial index holds it.

    `order_no` is the field that names the order it belongs to, if any.
    """
    wanted = dict.fromkeys((STUCK, "agenda", "claims", order_no), 1)
    found = collection.find({STUCK: {"$gt": ""}}, wanted).limit(limit)
    return [work async for document in found for work in _stuck_in(document, document.get(order_no, ""))]


def _stuck_in(document: Document, order_no: str) -> Iterator[StuckWork]:
    for kind in document[STUCK]:
        since, claim = document.get("agenda", {}).get(kind), document.get("claims", {}).get(kind)
        if since and claim:
            yield StuckWork(
                work=kind,
                subject=document["_id"],
                order_no=order_no,
                tries=max(claim["idle"], claim["rounds"]),
                since=since,
            )
