"""The inbox: everything that arrived, known by its own key. Begun is not done.

Document: {_id: key, kind, payload, begun_at, done, until, tries, verdict, schema, kept_until?}. Leases run on the
database server's clock. A done arrival gives up its payload at once and is swept after a month: far longer than WeChat
repeats anything. One that is begun again and again and never done is left alone longer each time.
"""

from datetime import UTC, datetime, timedelta

from pymongo import ReturnDocument

from models.inbox import InboxState
from models.work import Patience, StuckWork
from store.claims import PATIENCE
from store.failures import names_failures
from store.mongo import Database, Document

KEPT_FOR = timedelta(days=30)

WAITS = 20
"""After so many tries the waits grow no more."""


@names_failures
class Inbox:
    """The collection `inbox`."""

    def __init__(self, database: Database, patience: Patience = PATIENCE) -> None:
        self._inbox = database["inbox"]
        self._patience = patience

    async def begin(self, key: str, kind: str, payload: str, lease: timedelta) -> InboxState:
        """Begin an arrival, in one round trip: new, running, unfinished (now taken over) or done."""
        arrival = await self._inbox.find_one_and_update(
            {"_id": key},
            _begin(kind, payload, lease, self._patience),
            projection={"verdict": 1},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return InboxState(arrival["verdict"])

    async def finish(self, key: str) -> None:
        """Mark an arrival done; only then is a repeat merely acknowledged."""
        done = {"done": True, "kept_until": datetime.now(UTC) + KEPT_FOR}
        await self._inbox.update_one({"_id": key}, {"$set": done, "$unset": {"payload": "", "tries": ""}})

    async def unfinished(self, kind: str, *, limit: int) -> list[tuple[str, str]]:
        """Return (key, payload) of arrivals begun whose lease ran out before they were done, longest waiting first."""
        left = {"kind": kind, "done": False, "$expr": {"$lte": ["$until", "$$NOW"]}}
        cursor = self._inbox.find(left, {"payload": 1}).sort([("until", 1), ("_id", 1)]).limit(limit)
        return [(document["_id"], document["payload"]) async for document in cursor]

    async def stuck(self, *, limit: int) -> list[StuckWork]:
        """Return arrivals that were begun too often and never done."""
        cursor = self._inbox.find({"tries": {"$gte": self._patience.stuck_after}}).limit(limit)
        return [
            StuckWork(work=found["kind"], subject=found["_id"], tries=found["tries"], since=found["begun_at"])
            async for found in cursor
        ]


def _begin(kind: str, payload: str, lease: timedelta, patience: Patience) -> list[Document]:
    """Decide on the stored document as it is when the server comes to it, so that of two callers one begins.

    Taken over once, an arrival is held as long as any; processes die. Taken over again and again, it is held longer.
    """
    verdict = {
        "$switch": {
            "branches": [
                {"case": {"$eq": [{"$type": "$done"}, "missing"]}, "then": InboxState.NEW},
                {"case": "$done", "then": InboxState.DONE},
                {"case": {"$gt": ["$until", "$$NOW"]}, "then": InboxState.RUNNING},
            ],
            "default": InboxState.UNFINISHED,
        }
    }
    begins = {"$in": ["$verdict", [InboxState.NEW, InboxState.UNFINISHED]]}
    is_new = {"$eq": ["$verdict", InboxState.NEW]}
    is_again = {"$eq": ["$verdict", InboxState.UNFINISHED]}
    waits_ms = [int(max(lease, patience.wait(max(tries - 1, 0))).total_seconds() * 1000) for tries in range(WAITS)]
    wait_ms = {"$arrayElemAt": [waits_ms, {"$min": [{"$ifNull": ["$tries", 0]}, WAITS - 1]}]}
    return [
        {"$set": {"verdict": verdict}},
        {"$set": {"tries": {"$cond": [is_again, {"$add": [{"$ifNull": ["$tries", 0]}, 1]}, "$tries"]}}},
        {
            "$set": {
                "kind": {"$cond": [is_new, {"$literal": kind}, "$kind"]},
                "payload": {"$cond": [is_new, {"$literal": payload}, "$payload"]},
                "done": {"$ifNull": ["$done", False]},
                "schema": {"$cond": [is_new, 1, "$schema"]},
                "begun_at": {"$ifNull": ["$begun_at", "$$NOW"]},
                "until": {"$cond": [begins, {"$add": ["$$NOW", wait_ms]}, "$until"]},
            }
        },
    ]
