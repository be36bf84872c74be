"""Tries that get nowhere are counted by the store, whoever made them, and followed by longer and longer waits."""

import asyncio
from datetime import timedelta

from lab.rig import orders
from models.agenda import Due
from models.work import Patience, StuckWork
from tests.fakes.stores import PortStores
from tests.store.conftest import Opener
from tests.store.samples import MINUTE, NOON, something_happens

LONG, OVER = timedelta(hours=1), timedelta(0)
LATER = NOON + timedelta(hours=2)
DUE_SINCE = orders.NOON + timedelta(seconds=30)
THREE = Patience(first_wait=timedelta(0), stuck_after=3)
SLOW = Patience(first_wait=timedelta(seconds=0.2))
NO = "X1"


async def add_one(stores: PortStores) -> None:
    await stores.orders.add(orders.placed(no=NO))


async def claim(stores: PortStores, lease: timedelta = LONG) -> bool:
    return await stores.orders.claim(Due.HEAL, LATER, limit=9, lease=lease) == [NO]


async def try_in_vain(stores: PortStores, times: int) -> None:
    for _ in range(times):
        assert await claim(stores)
        await stores.orders.release(Due.HEAL, [NO])


async def change(stores: PortStores) -> None:
    order = await stores.orders.get(NO)
    assert order is not None
    before = order.model_dump()
    something_happens(order)
    await stores.orders.save(order, before)


async def put_off(stores: PortStores, by: timedelta) -> None:
    order = await stores.orders.get(NO)
    assert order is not None
    assert order.ask_at is not None
    before = order.model_dump()
    order.ask_at += by
    await stores.orders.save(order, before)


async def test_what_was_tried_in_vain_is_left_alone_for_a_while(open_worker: Opener) -> None:
    one, other = open_worker(SLOW), open_worker(SLOW)
    await add_one(one)
    assert await claim(one)
    await one.orders.release(Due.HEAL, [NO])
    assert not await claim(one)
    assert not await claim(other)
    async with asyncio.timeout(10):
        while not await claim(other):
            await asyncio.sleep(0.02)


async def test_what_is_due_at_another_moment_or_was_changed_is_taken_at_once(open_worker: Opener) -> None:
    stores = open_worker(SLOW)
    await add_one(stores)
    assert await claim(stores)
    await put_off(stores, MINUTE)
    await stores.orders.release(Due.HEAL, [NO])
    assert await claim(stores)
    await change(stores)
    await stores.orders.release(Due.HEAL, [NO])
    assert await claim(stores)


async def test_three_vain_tries_are_stuck_and_two_are_not(open_worker: Opener) -> None:
    stores = open_worker(THREE)
    await add_one(stores)
    await try_in_vain(stores, 2)
    assert await stores.orders.stuck(limit=9) == []
    await try_in_vain(stores, 1)
    stuck = StuckWork(work=Due.HEAL, subject=NO, order_no=NO, tries=3, since=DUE_SINCE)
    assert await stores.orders.stuck(limit=9) == [stuck]
    assert await open_worker(THREE).orders.stuck(limit=9) == [stuck]


async def test_progress_begins_the_count_anew(open_worker: Opener) -> None:
    stores = open_worker(THREE)
    await add_one(stores)
    await try_in_vain(stores, 2)
    assert await claim(stores)
    await change(stores)
    await stores.orders.release(Due.HEAL, [NO])
    await try_in_vain(stores, 2)
    assert await stores.orders.stuck(limit=9) == []


async def test_stuck_work_that_goes_on_is_stuck_no_more(open_worker: Opener) -> None:
    stores = open_worker(THREE)
    await add_one(stores)
    await try_in_vain(stores, 3)
    assert await claim(stores)
    await put_off(stores, MINUTE)
    await stores.orders.release(Due.HEAL, [NO])
    assert await stores.orders.stuck(limit=9) == []


async def test_stuck_work_that_is_due_no_more_is_nobodys(open_worker: Opener) -> None:
    stores = open_worker(THREE)
    await add_one(stores)
    await try_in_vain(stores, 3)
    order = await stores.orders.get(NO)
    assert order is not None
    before = order.model_dump()
    order.parked = "amount_mismatch"
    await stores.orders.save(order, before)
    assert await stores.orders.stuck(limit=9) == []


async def test_tries_whose_process_died_or_whose_work_broke_count_too(open_worker: Opener) -> None:
    await add_one(open_worker(THREE))
    for _ in range(3):
        assert await claim(open_worker(THREE), OVER)
    assert await open_worker(THREE).orders.stuck(limit=9) == []
    assert await claim(open_worker(THREE), OVER)
    [stuck] = await open_worker(THREE).orders.stuck(limit=9)
    assert stuck.subject == NO


async def test_a_silent_outside_is_waited_for_and_not_counted(open_worker: Opener) -> None:
    stores = open_worker(THREE)
    await add_one(stores)
    for _ in range(6):
        assert await claim(stores, OVER)
        await stores.orders.release(Due.HEAL, [], silent=[NO])
    assert await stores.orders.stuck(limit=9) == []
    assert await claim(stores)
    await stores.orders.release(Due.HEAL, [], silent=[NO])
    assert not await claim(stores)


async def test_work_that_goes_round_in_circles_is_stuck_though_it_changes_something_each_time(
    open_worker: Opener,
) -> None:
    stores = open_worker(Patience(first_wait=timedelta(0), busy_after=5, stuck_after=2))
    await add_one(stores)
    for round_number in range(7):
        assert await stores.orders.stuck(limit=9) == [], round_number
        assert await claim(stores)
        await put_off(stores, timedelta(milliseconds=1))
        await stores.orders.release(Due.HEAL, [NO])
    [stuck] = await stores.orders.stuck(limit=9)
    assert (stuck.work, stuck.subject, stuck.tries) == (Due.HEAL, NO, 7)


async def test_a_pause_between_rounds_makes_them_no_circle(open_worker: Opener) -> None:
    stores = open_worker(Patience(quiet=timedelta(0), first_wait=timedelta(0), busy_after=2, stuck_after=1))
    await add_one(stores)
    for _ in range(5):
        await asyncio.sleep(0.01)
        assert await claim(stores)
        await put_off(stores, timedelta(milliseconds=1))
        await stores.orders.release(Due.HEAL, [NO])
    assert await stores.orders.stuck(limit=9) == []


async def test_kinds_of_work_are_stuck_apart(open_worker: Opener) -> None:
    stores = open_worker(THREE)
    await add_one(stores)
    await try_in_vain(stores, 3)
    for _ in range(3):
        await stores.orders.claim(Due.RELAY, LATER, limit=9, lease=LONG)
        await stores.orders.release(Due.RELAY, [NO])
    assert {stuck.work for stuck in await stores.orders.stuck(limit=9)} == {Due.HEAL, Due.RELAY}


async def test_a_release_that_comes_late_counts_nothing_for_whoever_took_over(open_worker: Opener) -> None:
    slow, other = open_worker(THREE), open_worker(THREE)
    await add_one(slow)
    assert await claim(slow, OVER)
    assert await claim(other, LONG)
    await slow.orders.release(Due.HEAL, [NO])
    assert not await claim(slow)


async def test_an_arrival_begun_again_and_again_is_left_alone_and_stuck(open_worker: Opener) -> None:
    stores = open_worker(THREE)
    for _ in range(3):
        await stores.inbox.begin("k", "notice", "body", OVER)
    assert await stores.inbox.stuck(limit=9) == []
    await stores.inbox.begin("k", "notice", "body", OVER)
    [stuck] = await stores.inbox.stuck(limit=9)
    assert (stuck.work, stuck.subject, stuck.order_no, stuck.tries) == ("notice", "k", "", 3)
    await stores.inbox.finish("k")
    assert await stores.inbox.stuck(limit=9) == []


async def test_an_arrival_taken_over_again_is_held_longer(open_worker: Opener) -> None:
    stores = open_worker(Patience(first_wait=LONG))
    for _ in range(2):
        await stores.inbox.begin("k", "notice", "body", OVER)
        assert await stores.inbox.unfinished("notice", limit=9) == [("k", "body")]
    await stores.inbox.begin("k", "notice", "body", OVER)
    assert await stores.inbox.unfinished("notice", limit=9) == []
