"""Orders: one document each, facts included, saved by compare-and-set on `version`, only the paths that changed.

Beside the model's fields a document carries `agenda` (what is due since when, derived on every save) and `claims`
(who works on it until when); a save brings the first up to date and never touches the second.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import DuplicateKeyError

from models.agenda import Due, agenda
from models.errors import Conflict, Stale
from models.fee_mode import Agreement
from models.order import Order, OrderState
from models.work import Patience, StuckWork
from store.changes import changed_paths
from store.claims import PATIENCE, Claims, stuck_work
from store.documents import Shape
from store.failures import names_failures
from store.mongo import Database, Document
from store.paging import newest_first
from store.reading import Reader

SHAPE = Shape(Order, key="no", schema=3)

TEACHABLE_STATES = (OrderState.AWAITING_LEARNER, OrderState.IN_TRAINING)
UNSETTLED_STATES = (OrderState.IN_TRAINING, OrderState.SETTLING)
WAITING_STATES = (OrderState.PLACING, OrderState.AWAITING_LEARNER)


@names_failures
class Orders:
    """The collection `orders`."""

    def __init__(self, database: Database, worker: str, patience: Patience = PATIENCE) -> None:
        self._orders = database["orders"]
        self._read = Reader(self._orders, SHAPE)
        self._claims = {due: Claims(self._orders, due, worker, patience) for due in Due}

    async def add(self, order: Order) -> Order:
        """Insert, or return the order this learner already placed under the same idempotency key.

        Raises Conflict `order_exists` when the same child has a running order of the course, Stale when the number
        itself is taken by another order.
        """
        try:
            await self._orders.insert_one({**SHAPE.document(order), "agenda": agenda(order)})
        except DuplicateKeyError as duplicate:
            earlier = await self.under_key(order.buyer.learner_id, order.idempotency_key)
            if earlier is None:
                if "running_key" in (duplicate.details or {}).get("keyPattern", {}):
                    await self._refuse_second(order)
                    return await self.add(order)  # the other one is over by now
                message = f"order {order.no} exists under another key"
                raise Stale(message) from duplicate
            return earlier
        return order

    async def _refuse_second(self, order: Order) -> None:
        running = await self._orders.find_one({"running_key": order.running_key}, {"state": 1})
        if running:
            raise Conflict("order_exists", order_no=running["_id"], state=running["state"])

    async def get(self, no: str) -> Order | None:
        """Return the order with this number."""
        return await self._read.one(await self._orders.find_one({"_id": no}, SHAPE.projection))

    async def under_key(self, learner_id: str, idempotency_key: str) -> Order | None:
        """Return the order this learner placed under this idempotency key."""
        key = {"buyer.learner_id": learner_id, "idempotency_key": idempotency_key}
        return await self._read.one(await self._orders.find_one(key, SHAPE.projection))

    async def get_many(self, nos: Sequence[str]) -> list[Order]:
        """Return the orders with these numbers, in this order, in one round trip.

        Leaves out what is not there, and what no longer fits the model: it must not stop the others, and reading it
        alone says what is wrong.
        """
        if not nos:
            return []
        cursor = self._orders.find({"_id": {"$in": list(nos)}}, SHAPE.projection).limit(len(nos))
        cursor.batch_size(len(nos))  # a page in one round trip: the server's own first batch ends at 101
        found = {order.no: order for order in await self._read.all(cursor)}
        return [found[no] for no in nos if no in found]

    async def save(self, order: Order, before: Mapping[str, Any]) -> None:
        """Write what changed since `before`, the dump of the order as it was read, and bump its version.

        Raises Stale when somebody saved since.
        """
        result = await self._orders.update_one({"_id": order.no, "version": order.version}, _update(order, before))
        if not result.matched_count:
            message = f"order {order.no} is no longer at version {order.version}"
            raise Stale(message)
        order.version += 1

    async def of_learner(
        self, learner_id: str, *, states: Sequence[OrderState] = (), after: str = "", limit: int = 20
    ) -> list[Order]:
        """Return a learner's orders, newest first, those after the order number `after`."""
        return await self._page({"buyer.learner_id": learner_id}, states, after, limit)

    async def of_institution(
        self, institution_id: str, *, states: Sequence[OrderState] = (), after: str = "", limit: int = 20
    ) -> list[Order]:
        """Return an institution's orders, newest first, those after the order number `after`."""
        return await self._page({"course.institution_id": institution_id}, states, after, limit)

    async def awaiting_authorization(self, learner_id: str, service_id: str) -> list[str]:
        """Return the numbers of orders that wait for this authorization, oldest first."""
        return await self._numbers(learner_id, service_id, WAITING_STATES, {"agreement": Agreement.AUTHORIZATION})

    async def unsettled_under(self, learner_id: str, service_id: str) -> list[str]:
        """Return the numbers of orders in training or settling under this service, oldest first."""
        return await self._numbers(learner_id, service_id, UNSETTLED_STATES, {})

    async def open_of_course(self, course_id: str, limit: int) -> list[str]:
        """Return the numbers of a course's orders that may still be taught, oldest first."""
        wanted = {"course.id": course_id, "state": {"$in": list(TEACHABLE_STATES)}, "fence": None}
        cursor = self._orders.find(wanted, {"_id": 1}).sort([("placed_at", 1), ("_id", 1)]).limit(limit)
        return [document["_id"] async for document in cursor]

    async def page(self, *, after: str = "", limit: int = 200) -> list[Order]:
        """Return orders by their number, those after the number `after`."""

        async def fetch(after: str, limit: int) -> list[Document]:
            return await self._orders.find({"_id": {"$gt": after}}, SHAPE.projection).sort("_id", 1).to_list(limit)

        return await self._read.page(fetch, after=after, limit=limit)

    async def claim(self, due: Due, now: datetime, *, limit: int, lease: timedelta) -> list[str]:
        """Claim up to `limit` orders with this work due, longest due first."""
        return await self._claims[due].take(now, limit=limit, lease=lease)

    async def release(self, due: Due, nos: Sequence[str], *, silent: Sequence[str] = ()) -> None:
        """Give our claims on these orders back; what is due as before is left alone for a while."""
        await self._claims[due].give_back(nos, silent)

    async def stuck(self, *, limit: int) -> list[StuckWork]:
        """Return the work that was tried too often in vain and is still due."""
        return await stuck_work(self._orders, limit=limit, order_no="_id")

    async def published(self, no: str, up_to_seq: int) -> None:
        """Drop the order's facts up to this one, whatever its version."""
        await self._orders.update_one({"_id": no}, _without_facts(up_to_seq))

    async def count_parked(self) -> int:
        """Say how many orders wait for a person; the partial index holds no others."""
        return await self._orders.count_documents({"parked": {"$gt": ""}})

    async def _page(self, owner: Document, states: Sequence[OrderState], after: str, limit: int) -> list[Order]:
        also: Document = {"state": {"$in": list(states)}} if states else {}
        fetch = newest_first(self._orders, owner=owner, also=also, moment="placed_at")
        return await self._read.page(fetch, after=after, limit=limit)

    async def _numbers(
        self, learner_id: str, service_id: str, states: Sequence[OrderState], also: Document
    ) -> list[str]:
        wanted = {"buyer.learner_id": learner_id, "channel.service_id": service_id, "state": {"$in": list(states)}}
        cursor = self._orders.find({**wanted, **also}, {"_id": 1}).sort([("placed_at", 1), ("_id", 1)])
        return [document["_id"] async for document in cursor]


def _update(order: Order, before: Mapping[str, Any]) -> Document:
    """Make the stored document what the order is now, knowing what it was.

    Facts are published, and leave the document, at any moment and whatever its version: new ones are put behind
    whatever is left, and it stays due since the first of them. All else changes with the version only.
    """
    after = SHAPE.fields(order)
    facts, known = after.pop("facts"), list(before["facts"])
    paths = changed_paths(before, after)
    due = agenda(order)
    kinds = [kind for kind in Due if kind is not Due.RELAY]
    update: Document = {
        "$set": {
            **paths,
            "version": order.version + 1,
            **{f"agenda.{kind}": due[kind] for kind in kinds if kind in due},
        }
    }
    if gone := {f"agenda.{kind}": "" for kind in kinds if kind not in due}:
        update["$unset"] = gone
    news = facts[len(known) :]
    if news:
        update["$push"] = {"facts": {"$each": news}}
        update["$min"] = {"agenda.relay": max(fact["at"] for fact in (*known[:1], news[0]))}
    return update


def _without_facts(up_to_seq: int) -> list[Document]:
    """Update the document as it is *now*: facts appended meanwhile stay, and stay due. The version stays too."""
    remaining = {"$filter": {"input": "$facts", "as": "fact", "cond": {"$gt": ["$$fact.seq", up_to_seq]}}}
    return [
        {"$set": {"facts": remaining}},
        {"$set": {"agenda.relay": {"$ifNull": [{"$first": "$facts.at"}, "$$REMOVE"]}}},
    ]
