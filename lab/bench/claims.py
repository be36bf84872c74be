"""Claiming due work: one page by ids and a claim id, against one order after the other."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from lab.bench.bench import Bench
from lab.bench.dataset import LESSONS, Dataset
from lab.bench.measure import Row, Unit, in_batches
from models.agenda import Due, agenda
from models.order import Order
from store.claims import Claims
from store.mongo import Document
from store.orders import SHAPE

DUE, PAGE, ONE_BY_ONE, BATCHES = 10_000, 500, 100, 5
LEASE = timedelta(minutes=10)
INSTEAD = (
    "not a floor but the other way to do it: find_one_and_update, the longest due first, one order at a time, "
    f"on the same index; only {ONE_BY_ONE} a batch, because each has to pass those already claimed"
)


async def measure(bench: Bench, dataset: Dataset) -> list[Row]:
    """Claim from the same ten thousand one way and the other; every batch begins with nothing claimed."""
    orders = bench.database["orders"]
    order = dataset.in_training("C", taught=LESSONS, confirmed=LESSONS)
    order.facts.clear()
    await orders.insert_many([_document(order, number) for number in range(DUE)])
    by_hand = Claims(orders, Due.SETTLE, uuid4().hex)
    by_hand.claim_field = "claims.by_hand"  # so that neither way has to pass what the other one claimed
    now = datetime.now(UTC)

    async def release_all(_: int) -> None:
        await orders.update_many({"claims": {"$exists": True}}, {"$unset": {"claims": ""}})

    async def page(_: int) -> None:
        claimed = await bench.ports.orders.claim(Due.SETTLE, now, limit=PAGE, lease=LEASE)
        _require(len(claimed) == PAGE)

    async def each(_: int) -> None:
        for _ in range(ONE_BY_ONE):
            mine = {"$set": {by_hand.claim_field: {"worker": "bench", "until": now + LEASE}}}
            found = await orders.find_one_and_update(
                by_hand.open_work(now), mine, projection={"_id": 1}, sort=[(by_hand.due_field, 1)]
            )
            _require(found is not None)

    row = Row(f"claim a page of {PAGE} of {DUE:,} due orders", INSTEAD, Unit.PER_SECOND)
    await in_batches(
        row, bench.heard, page, each, batches=BATCHES, size=PAGE, floor_size=ONE_BY_ONE, before=release_all
    )
    await orders.delete_many({"_id": {"$regex": "^C"}})
    return [row]


def _document(order: Order, number: int) -> Document:
    """Return copy `number` of an order that is due."""
    document = SHAPE.document(order)
    return {**document, "_id": f"C{number:06d}", "idempotency_key": f"bench-C{number}", "agenda": agenda(order)}


def _require(worked: bool) -> None:  # noqa: FBT001 - the argument is what is required
    if not worked:
        raise RuntimeError("nothing was left to claim")
