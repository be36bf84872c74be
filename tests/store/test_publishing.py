from asyncio import gather
from datetime import timedelta

import pytest

from lab.rig.orders import placed
from models.agenda import Due
from models.errors import Stale
from models.order import Order
from tests.fakes.stores import PortStores
from tests.store.samples import MINUTE, NOON, something_happens

NO = "X20260302AAAAAAAAAAAA"
LEASE = timedelta(0)


async def read(stores: PortStores) -> Order:
    order = await stores.orders.get(NO)
    assert order is not None
    return order


async def _save_a_fact(stores: PortStores, order: Order) -> None:
    before = order.model_dump()
    something_happens(order)
    await stores.orders.save(order, before)


async def relay(stores: PortStores) -> None:
    """Do what the relay job does: store the facts, then drop them from the order."""
    order = await read(stores)
    if order.facts:
        await stores.facts.add(order.facts)
        await stores.orders.published(NO, order.facts[-1].seq)


async def test_facts_are_kept_once_and_in_chain_order(stores: PortStores) -> None:
    order = placed(at=NOON)
    for _ in range(11):
        something_happens(order)
    await stores.facts.add(order.facts[5:])
    await stores.facts.add(order.facts)
    await stores.facts.add([])
    kept = await stores.facts.of_order(NO)
    assert kept == order.facts
    assert all(fact.computed_hash() == fact.hash for fact in kept)


async def test_a_stored_fact_is_never_overwritten(stores: PortStores) -> None:
    order = placed(at=NOON)
    await stores.facts.add(order.facts)
    await stores.facts.add([order.facts[0].model_copy(update={"by": "somebody else"})])
    assert await stores.facts.of_order(NO) == order.facts


async def test_published_facts_leave_the_order_and_its_agenda(stores: PortStores) -> None:
    await stores.orders.add(placed(at=NOON))
    await relay(stores)
    order = await read(stores)
    assert (order.facts, order.version, order.fact_count) == ([], 0, 1)
    assert await stores.orders.claim(Due.RELAY, NOON + MINUTE, limit=9, lease=LEASE) == []


async def test_facts_after_the_published_one_stay_due_since_they_happened(stores: PortStores) -> None:
    order = placed(at=NOON)
    something_happens(order, NOON + MINUTE)
    await stores.orders.add(order)
    await stores.orders.published(NO, 1)
    await stores.orders.published("X-unknown", 3)
    assert [fact.seq for fact in (await read(stores)).facts] == [2]
    assert await stores.orders.claim(Due.RELAY, NOON, limit=9, lease=LEASE) == []
    assert await stores.orders.claim(Due.RELAY, NOON + MINUTE, limit=9, lease=LEASE) == [NO]


async def test_a_save_by_someone_who_read_before_publishing_succeeds_and_repeats_no_fact(stores: PortStores) -> None:
    await stores.orders.add(placed(at=NOON))
    early = await read(stores)
    await relay(stores)
    await _save_a_fact(stores, early)
    assert [fact.seq for fact in (await read(stores)).facts] == [2]
    assert await stores.orders.claim(Due.RELAY, NOON + MINUTE, limit=9, lease=LEASE) == [NO]
    await relay(stores)
    assert (await read(stores)).facts == []
    assert [fact.seq for fact in await stores.facts.of_order(NO)] == [1, 2]


async def test_publishing_never_drops_a_fact_it_was_not_told_of(stores: PortStores) -> None:
    await stores.orders.add(placed(at=NOON))
    seen = await read(stores)
    other = await read(stores)
    await _save_a_fact(stores, other)
    await stores.facts.add(seen.facts)
    await stores.orders.published(NO, seen.facts[-1].seq)
    assert [fact.seq for fact in (await read(stores)).facts] == [2]


async def test_no_fact_is_lost_when_relay_and_savers_race(stores: PortStores) -> None:
    await stores.orders.add(placed(at=NOON))

    async def save_some(times: int) -> None:
        for _ in range(times):
            order = await read(stores)
            try:
                await _save_a_fact(stores, order)
            except Stale:
                continue

    async def relay_often(times: int) -> None:
        for _ in range(times):
            await relay(stores)

    await gather(save_some(25), save_some(25), relay_often(30), relay_often(30))
    await relay(stores)
    order = await read(stores)
    kept = await stores.facts.of_order(NO)
    assert [fact.seq for fact in kept] == list(range(1, order.fact_count + 1))
    assert kept[-1].hash == order.fact_hash
    assert order.facts == []


async def test_a_stale_save_appends_no_fact(stores: PortStores) -> None:
    await stores.orders.add(placed(at=NOON))
    early, late = await read(stores), await read(stores)
    await _save_a_fact(stores, late)
    with pytest.raises(Stale):
        await _save_a_fact(stores, early)
    assert (await read(stores)).facts == late.facts
