"""Deliveries: who is to be told what, in order, and how that went.

All that one receiver is told about one order is a *stream*: only its earliest unfinished delivery may go out, by
`seq`. A pending delivery carries `agenda.send`, when to look at it: its own `next_at`, or later once it was found
waiting behind an earlier one, so that a receiver who is down fills no page of due work. Whoever finishes the earlier
one wakes the next; if that is lost in a crash, the next is looked at again after WAIT_BEHIND anyway.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pymongo import UpdateMany, UpdateOne

from models.delivery import Delivery, DeliveryState, WebhookEndpoint
from models.work import Patience, StuckWork
from store.claims import PATIENCE, Claims, stuck_work
from store.documents import Shape, insert_new
from store.failures import names_failures
from store.mongo import Database, Document
from store.paging import newest_first
from store.reading import Reader

SHAPE = Shape(Delivery, key="id")
ENDPOINT = Shape(WebhookEndpoint, key="id")

SEND = "send"

WAIT_BEHIND = timedelta(seconds=5)
"""How long a delivery waiting behind one under way is left alone, in domain time."""

PAGES = 20
"""How many pages of due work one claim reads at most when much of it waits behind earlier deliveries."""


@names_failures
class Deliveries:
    """The collections `deliveries` and `webhook_endpoints`."""

    def __init__(self, database: Database, worker: str, patience: Patience = PATIENCE) -> None:
        self._endpoints = database["webhook_endpoints"]
        self._deliveries = database["deliveries"]
        self._read = Reader(self._deliveries, SHAPE)
        self._read_endpoint = Reader(self._endpoints, ENDPOINT)
        self._claims = Claims(self._deliveries, SEND, worker, patience)

    async def add_endpoint(self, endpoint: WebhookEndpoint) -> None:
        """Create or change an endpoint."""
        await self._endpoints.update_one({"_id": endpoint.id}, ENDPOINT.upsert(endpoint), upsert=True)

    async def endpoints(self, institution_id: str) -> list[WebhookEndpoint]:
        """Return an institution's endpoints, oldest first."""
        cursor = self._endpoints.find({"institution_id": institution_id}).sort([("created_at", 1), ("_id", 1)])
        return await self._read_endpoint.all(cursor)

    async def endpoint(self, endpoint_id: str) -> WebhookEndpoint | None:
        """Return an endpoint."""
        return await self._read_endpoint.one(await self._endpoints.find_one({"_id": endpoint_id}))

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        """Store deliveries in one round trip; ones already stored are left as they are."""
        await insert_new(self._deliveries, [_document(delivery) for delivery in deliveries])

    async def get(self, delivery_id: str) -> Delivery | None:
        """Return a delivery."""
        return await self._read.one(await self._deliveries.find_one({"_id": delivery_id}))

    async def save(self, deliveries: Sequence[Delivery]) -> None:
        """Write the outcome of attempts, give their claims back, and wake what waited behind the finished ones."""
        if not deliveries:
            return
        updates = [UpdateOne({"_id": delivery.id}, _update(delivery)) for delivery in deliveries]
        await self._deliveries.bulk_write(updates, ordered=False)
        await self._wake({_stream(delivery) for delivery in deliveries if not _is_pending(delivery)})

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> list[Delivery]:
        """Claim deliveries due now, per order and receiver only the earliest unfinished one, longest due first."""
        taken: list[str] = []
        for _ in range(PAGES):
            page = await self._claims.find(now, limit=limit, fields=("stream",))
            heads = await self._heads({found["stream"] for found in page})
            may_go = {head["id"] for head in heads.values()}
            first = [found["_id"] for found in page if found["_id"] in may_go]
            taken += await self._claims.take_these(first[: limit - len(taken)], now, lease)
            await self._let_wait([found for found in page if found["_id"] not in may_go], heads, now)
            if len(page) < limit or len(taken) == limit:
                break
        return await self._in_order(taken)

    async def stuck(self, *, limit: int) -> list[StuckWork]:
        """Return deliveries whose sending never ended, however often it was begun."""
        return await stuck_work(self._deliveries, limit=limit)

    async def of_institution(
        self, institution_id: str, *, state: str = "", after: str = "", limit: int = 20
    ) -> list[Delivery]:
        """Return an institution's deliveries, newest first."""
        owner: Document = {"institution_id": institution_id}
        also: Document = {"state": state} if state else {}
        fetch = newest_first(self._deliveries, owner=owner, also=also, moment="created_at")
        return await self._read.page(fetch, after=after, limit=limit)

    async def _heads(self, streams: Iterable[str]) -> dict[str, Document]:
        """Return the earliest pending delivery of each stream: {stream: {id, send}}."""
        cursor = self._deliveries.aggregate(
            [
                {"$match": {"stream": {"$in": list(streams)}, f"agenda.{SEND}": {"$exists": True}}},
                {"$sort": {"stream": 1, "seq": 1}},
                {"$group": {"_id": "$stream", "id": {"$first": "$_id"}, "send": {"$first": f"$agenda.{SEND}"}}},
            ]
        )
        return {head["_id"]: head async for head in cursor}

    async def _let_wait(self, behind: Sequence[Document], heads: dict[str, Document], now: datetime) -> None:
        """Look at these again when the delivery before them is due, or soon when it is under way."""
        updates = []
        for stream in {found["stream"] for found in behind} & set(heads):
            ids = [found["_id"] for found in behind if found["stream"] == stream]
            later = max(heads[stream]["send"], now + WAIT_BEHIND)
            pending = {"_id": {"$in": ids}, f"agenda.{SEND}": {"$exists": True}}
            updates.append(UpdateMany(pending, {"$set": {f"agenda.{SEND}": later}}))
        if updates:
            await self._deliveries.bulk_write(updates, ordered=False)

    async def _wake(self, streams: set[str]) -> None:
        """Let the earliest pending delivery of each stream be looked at when it is due itself."""
        heads = await self._heads(streams) if streams else {}
        if heads:
            ids = [head["id"] for head in heads.values()]
            due = {"$ifNull": ["$next_at", "$created_at"]}
            await self._deliveries.update_many(
                {"_id": {"$in": ids}, f"agenda.{SEND}": {"$exists": True}}, [{"$set": {f"agenda.{SEND}": due}}]
            )

    async def _in_order(self, ids: Sequence[str]) -> list[Delivery]:
        if not ids:
            return []
        deliveries = await self._read.all(self._deliveries.find({"_id": {"$in": list(ids)}}))
        found = {delivery.id: delivery for delivery in deliveries}
        return [found[delivery_id] for delivery_id in ids if delivery_id in found]


def _document(delivery: Delivery) -> Document:
    """Return the document of a new delivery: the model's fields, its stream and its agenda."""
    due = _due(delivery)
    return {**SHAPE.document(delivery), "stream": _stream(delivery), "agenda": {SEND: due} if due else {}}


def _update(delivery: Delivery) -> list[Document]:
    """Write what became of a delivery, and give its claim back."""
    due = _due(delivery)
    agenda = {f"agenda.{SEND}": {"$literal": due}} if due else {}
    gone = [f"claims.{SEND}"] if due else [f"claims.{SEND}", f"agenda.{SEND}"]
    return [{"$set": {**SHAPE.over_stored(delivery), **agenda}}, {"$unset": gone}]


def _due(delivery: Delivery) -> datetime | None:
    return (delivery.next_at or delivery.created_at) if _is_pending(delivery) else None


def _stream(delivery: Delivery) -> str:
    return f"{delivery.order_no}|{delivery.receiver}|{delivery.address}"


def _is_pending(delivery: Delivery) -> bool:
    return delivery.state is DeliveryState.PENDING
