from asyncio import gather
from datetime import timedelta
from itertools import chain

from lab.rig.orders import placed
from models.agenda import Due
from tests.fakes.stores import PortStores
from tests.store.conftest import Opener
from tests.store.samples import MINUTE, NOON, something_happens

LONG = timedelta(hours=1)
OVER = timedelta(0)
LATER = NOON + timedelta(hours=2)


async def fill(stores: PortStores, count: int) -> list[str]:
    numbers = [f"X{n:03d}" for n in range(count)]
    await gather(*(stores.orders.add(placed(no=no, at=NOON + n * MINUTE)) for n, no in enumerate(numbers)))
    return numbers


async def test_what_is_due_is_claimed_longest_due_first(stores: PortStores) -> None:
    numbers = await fill(stores, 5)
    assert await stores.orders.claim(Due.HEAL, NOON + 3 * MINUTE, limit=2, lease=LONG) == numbers[:2]
    assert await stores.orders.claim(Due.HEAL, NOON + 3 * MINUTE, limit=9, lease=LONG) == numbers[2:3]


async def test_nothing_is_claimed_before_it_is_due(stores: PortStores) -> None:
    await fill(stores, 1)
    assert await stores.orders.claim(Due.HEAL, NOON, limit=9, lease=LONG) == []
    assert await stores.orders.claim(Due.EXPIRE, LATER, limit=9, lease=LONG) == []


async def test_kinds_of_work_are_claimed_apart(stores: PortStores) -> None:
    numbers = await fill(stores, 1)
    assert await stores.orders.claim(Due.HEAL, LATER, limit=9, lease=LONG) == numbers
    assert await stores.orders.claim(Due.RELAY, LATER, limit=9, lease=LONG) == numbers


async def test_racing_workers_never_get_the_same_order(open_worker: Opener) -> None:
    numbers = await fill(open_worker(), 60)
    workers = [open_worker() for _ in range(6)]

    async def drain(worker: PortStores) -> list[str]:
        mine: list[str] = []
        while batch := await worker.orders.claim(Due.HEAL, LATER, limit=7, lease=LONG):
            mine += batch
        return mine

    taken = list(chain.from_iterable(await gather(*map(drain, workers))))
    assert len(taken) == len(set(taken))
    taken += await drain(workers[0])
    assert sorted(taken) == numbers


async def test_an_expired_lease_is_taken_over(open_worker: Opener) -> None:
    numbers = await fill(open_worker(), 3)
    died, other = open_worker(), open_worker()
    assert await died.orders.claim(Due.HEAL, LATER, limit=9, lease=OVER) == numbers
    assert await other.orders.claim(Due.HEAL, LATER, limit=9, lease=LONG) == numbers


async def test_released_work_can_be_claimed_again(open_worker: Opener) -> None:
    numbers = await fill(open_worker(), 2)
    one, other = open_worker(), open_worker()
    await one.orders.claim(Due.HEAL, LATER, limit=9, lease=LONG)
    await one.orders.release(Due.HEAL, numbers[:1])
    assert await other.orders.claim(Due.HEAL, LATER, limit=9, lease=LONG) == numbers[:1]


async def test_a_late_release_leaves_the_claim_of_whoever_took_over(open_worker: Opener) -> None:
    numbers = await fill(open_worker(), 1)
    slow, other, third = open_worker(), open_worker(), open_worker()
    await slow.orders.claim(Due.HEAL, LATER, limit=9, lease=OVER)
    await other.orders.claim(Due.HEAL, LATER, limit=9, lease=LONG)
    await slow.orders.release(Due.HEAL, numbers)
    assert await third.orders.claim(Due.HEAL, LATER, limit=9, lease=LONG) == []


async def test_releasing_nothing_is_allowed(stores: PortStores) -> None:
    await stores.orders.release(Due.HEAL, [])


async def test_a_save_leaves_the_claim_alone(open_worker: Opener) -> None:
    numbers = await fill(open_worker(), 1)
    worker, notice = open_worker(), open_worker()
    await worker.orders.claim(Due.HEAL, LATER, limit=9, lease=LONG)
    order = await notice.orders.get(numbers[0])
    assert order is not None
    before = order.model_dump()
    something_happens(order)
    await notice.orders.save(order, before)
    assert await notice.orders.claim(Due.HEAL, LATER, limit=9, lease=LONG) == []


async def test_a_save_moves_what_is_due(stores: PortStores) -> None:
    numbers = await fill(stores, 1)
    order = await stores.orders.get(numbers[0])
    assert order is not None
    before = order.model_dump()
    order.ask_at = LATER + MINUTE
    await stores.orders.save(order, before)
    assert await stores.orders.claim(Due.HEAL, LATER, limit=9, lease=LONG) == []
    assert await stores.orders.claim(Due.HEAL, LATER + MINUTE, limit=9, lease=LONG) == numbers


async def test_a_parked_order_is_only_relayed(stores: PortStores) -> None:
    order = placed(at=NOON)
    order.parked = "amount_mismatch"
    await stores.orders.add(order)
    assert await stores.orders.claim(Due.HEAL, LATER, limit=9, lease=LONG) == []
    assert await stores.orders.claim(Due.RELAY, LATER, limit=9, lease=LONG) == [order.no]
