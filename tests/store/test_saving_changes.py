"""Only the paths that changed are written, and the document is what a whole write would have made of it."""

from datetime import UTC
from random import Random
from typing import Any

import bson
from bson.codec_options import CodecOptions
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lab.rig.orders import HOUR, NOON, in_training, placed, settle, teach, teach_and_confirm, waiting
from models.agenda import agenda
from models.ending import end_by_quote, make_quote, turn_billing_off
from models.errors import Declined
from models.facts import FactKind
from models.fee_mode import Agreement
from models.order import Order
from models.placing import refuse_order
from models.refunding import owe_refund
from models.settling import progress
from models.training import dispute_lesson
from store.changes import changed_paths
from store.claims import PATIENCE
from store.mongo import Database, Document
from store.orders import SHAPE, Orders
from tests.fakes.memory import MemoryDatabase
from tests.fakes.memory_orders import MemoryOrders

TEXTS = st.text(st.sampled_from("ab0.$"), max_size=3)
VALUES = st.recursive(
    st.none() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)
DOCUMENTS = st.fixed_dictionaries({"one": VALUES, "two": VALUES})
REAL = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


def lived() -> list[Order]:
    """Orders of every kind, with something in every field that may be empty."""
    orders = [make(agreement) for agreement in Agreement for make in (placed, waiting, in_training)]
    for agreement in Agreement:
        taught, quoted, ended, refused = (in_training(agreement) for _ in range(4))
        teach_and_confirm(taught, 1, 2)
        teach(taught, 3)
        dispute_lesson(taught, NOON + HOUR, 3, "迟到")
        end_by_quote(quoted, NOON, make_quote(quoted, NOON).id, "R1")
        turn_billing_off(ended, NOON + HOUR, "learner", NOON, "R1")
        refused = waiting(agreement)
        refuse_order(refused, NOON, Declined("wechat_risk", **{"who": "learner", "a.b": 1, "$c": True}))
        paid = in_training(agreement)
        teach_and_confirm(paid, 1, 2, 3, 4)
        settle(paid, NOON + 2 * HOUR)
        for part in (1, 2, 3):
            owe_refund(
                paid, NOON + 3 * HOUR, paid.charges[0].no, part, "退", "institution", f"{paid.charges[0].no}-R{part}"
            )
        orders += [taught, quoted, ended, refused, paid]
    for order in orders:
        progress(order, NOON + 3 * HOUR)
    return orders


LIVED = lived()


def mixed(pick: Random, one: Any, other: Any) -> Any:
    """Anything between two values of the same field: parts of both, lists longer or shorter."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return {key: mixed(pick, one[key], other[key]) for key in one}
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        both = [mixed(pick, *pair) for pair in zip(one, other, strict=False)]
        return [*both, *pick.choice([one, other, ()])[len(both) :]][pick.choice([0, 0, 0, 1]) :]
    return pick.choice([one, one, other])


def a_pair(pick: Random) -> tuple[Order, Order]:
    """An order, and the same one after anything at all; its facts only ever grow."""
    one, two, three = (order.model_dump() for order in pick.choices(LIVED, k=3))
    chain = {field: one[field] for field in ("facts", "fact_count", "fact_hash")}
    before = Order.model_validate(mixed(pick, one, two) | chain | {"version": 7})
    kept = before.model_dump(include={"no", "version", "idempotency_key", "buyer", *chain})
    after = Order.model_validate(mixed(pick, before.model_dump(), three) | kept)
    for n in range(pick.choice([0, 1, 2])):
        after.record(FactKind.LESSON_TAUGHT, after.placed_at + 9 * HOUR, "institution", lesson_n=n)
    return before, after


def stored(order: Order) -> Document:
    """The document a whole write would make: as BSON keeps it."""
    whole = {**SHAPE.document(order), "agenda": agenda(order)}
    return bson.decode(bson.encode(whole), CodecOptions(tz_aware=True, tzinfo=UTC))


def without_facts(order: Order, up_to_seq: int) -> Order:
    return order.model_copy(update={"facts": [fact for fact in order.facts if fact.seq > up_to_seq]})


@REAL
@given(before=DOCUMENTS, after=DOCUMENTS)
@example(before={"one": {"a.b": 1}, "two": [1, 2, 3]}, after={"one": {"a.b": 2}, "two": [1]})
@example(before={"one": [], "two": None}, after={"one": [{"0": 1}], "two": {"$a": [1]}})
async def test_whatever_differs_is_written_and_the_rest_left_alone(
    database: Database, before: Document, after: Document
) -> None:
    await database["anything"].replace_one({"_id": 1}, before, upsert=True)
    paths = changed_paths(before, after)
    assert bool(paths) == (before != after)
    if paths:
        await database["anything"].update_one({"_id": 1}, {"$set": paths})
    assert await database["anything"].find_one({}, {"_id": 0}) == after


@REAL
@given(pick=st.randoms(use_true_random=False), published=st.integers(0, 4))
async def test_a_save_makes_the_document_a_whole_write_would_make(
    database: Database, pick: Random, published: int
) -> None:
    before, after = a_pair(pick)
    real, twin = Orders(database, "w1"), MemoryOrders(MemoryDatabase(), "w1", PATIENCE)
    await database["orders"].delete_many({})
    known = before.model_dump()
    for orders in (real, twin):
        await orders.add(before)
        if published:
            await orders.published(before.no, published)
        mine = after.model_copy(deep=True)
        await orders.save(mine, known)
        assert mine.version == 8
    expected = without_facts(mine, min(published, before.fact_count))
    assert await database["orders"].find_one({}) == stored(expected)
    assert await real.get(before.no) == await twin.get(before.no) == Order.model_validate(expected.model_dump())
