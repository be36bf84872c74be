from asyncio import gather
from datetime import timedelta

from models.delivery import Attempt, Delivery, DeliveryState, Receiver, WebhookEndpoint
from tests.fakes.stores import PortStores
from tests.store.conftest import Opener
from tests.store.samples import MINUTE, NOON

LONG = timedelta(hours=1)
OVER = timedelta(0)
HOUR = timedelta(hours=1)


def delivery(seq: int = 1, *, order_no: str = "X1", address: str = "e1", institution_id: str = "wandou") -> Delivery:
    return Delivery(
        id=f"{order_no}-{seq}-{address}",
        fact_id=f"{order_no}.{seq}",
        order_no=order_no,
        seq=seq,
        institution_id=institution_id,
        receiver=Receiver.WEBHOOK,
        address=address,
        type="lesson.taught",
        happened_at=NOON,
        payload={"lesson": seq, "is_last": False, "data": {"note": None, "amount_fen": 9_900}},
        next_at=NOON,
        created_at=NOON + seq * timedelta(seconds=1),
    )


async def claimed(stores: PortStores, now: timedelta = HOUR, limit: int = 50, lease: timedelta = LONG) -> list[str]:
    return [found.id for found in await stores.deliveries.claim(NOON + now, limit=limit, lease=lease)]


async def succeed(stores: PortStores, *ids: str) -> None:
    deliveries = [await stores.deliveries.get(delivery_id) for delivery_id in ids]
    told = [found for found in deliveries if found]
    for found in told:
        found.succeeded(Attempt(at=NOON, status=204))
    await stores.deliveries.save(told)


async def test_a_delivery_is_read_as_it_was_added_and_added_once(stores: PortStores) -> None:
    first = delivery()
    await stores.deliveries.add([first])
    await stores.deliveries.add([first.model_copy(update={"type": "other"}), delivery(2)])
    await stores.deliveries.add([])
    assert await stores.deliveries.get(first.id) == Delivery.model_validate(first.model_dump())
    assert await stores.deliveries.get(delivery(2).id) is not None
    assert await stores.deliveries.get("unknown") is None


async def test_an_order_is_told_in_the_order_things_happened(stores: PortStores) -> None:
    await stores.deliveries.add([delivery(3), delivery(1), delivery(2)])
    told: list[str] = []
    while batch := await claimed(stores):
        told += batch
        await succeed(stores, *batch)
    assert told == [delivery(n).id for n in (1, 2, 3)]


async def test_what_waits_behind_an_unfinished_delivery_is_not_claimed(stores: PortStores) -> None:
    await stores.deliveries.add([delivery(1), delivery(2)])
    assert await claimed(stores) == [delivery(1).id]
    assert await claimed(stores) == []


async def test_a_failed_delivery_holds_back_the_later_ones_until_it_went_out(stores: PortStores) -> None:
    await stores.deliveries.add([delivery(1), delivery(2)])
    [first] = await stores.deliveries.claim(NOON, limit=9, lease=LONG)
    first.failed(Attempt(at=NOON, status=500))
    await stores.deliveries.save([first])
    assert first.next_at is not None
    assert await claimed(stores, timedelta(seconds=1)) == []
    assert await claimed(stores, timedelta(seconds=5)) == [first.id]
    await succeed(stores, first.id)
    assert await claimed(stores, timedelta(seconds=5)) == [delivery(2).id]


async def test_a_parked_delivery_does_not_block_for_ever(stores: PortStores) -> None:
    await stores.deliveries.add([delivery(1), delivery(2)])
    [first] = await stores.deliveries.claim(NOON + HOUR, limit=9, lease=LONG)
    first.state, first.next_at = DeliveryState.PARKED, None
    await stores.deliveries.save([first])
    assert await claimed(stores) == [delivery(2).id]


async def test_a_replayed_delivery_goes_out_again(stores: PortStores) -> None:
    await stores.deliveries.add([delivery(1)])
    await succeed(stores, delivery(1).id)
    again = await stores.deliveries.get(delivery(1).id)
    assert again is not None
    again.replay(NOON)
    await stores.deliveries.save([again])
    assert await claimed(stores) == [delivery(1).id]


async def test_receivers_and_orders_do_not_wait_for_each_other(stores: PortStores) -> None:
    await stores.deliveries.add([delivery(1), delivery(2, address="e2"), delivery(3, order_no="X2")])
    chat = delivery(4)
    chat.receiver = Receiver.OA_MESSAGE
    await stores.deliveries.add([chat])
    assert len(await claimed(stores)) == 4


async def test_a_receiver_that_is_down_keeps_nobody_else_waiting(stores: PortStores) -> None:
    backlog = [delivery(n) for n in range(1, 31)]
    await stores.deliveries.add(backlog)
    [first] = await stores.deliveries.claim(NOON, limit=1, lease=LONG)
    first.next_at = NOON + 24 * HOUR
    await stores.deliveries.save([first])
    late = delivery(1, order_no="X2", address="e2")
    late.next_at = NOON + MINUTE
    await stores.deliveries.add([late])
    assert await claimed(stores, MINUTE, limit=2) == [late.id]


async def test_a_delivery_without_a_time_of_its_own_is_due_since_it_was_made(stores: PortStores) -> None:
    early = delivery()
    early.next_at = None
    await stores.deliveries.add([early])
    assert await claimed(stores, timedelta(0)) == []
    assert await claimed(stores, timedelta(seconds=1)) == [early.id]


async def test_the_longest_due_are_claimed_first(stores: PortStores) -> None:
    waiting = [delivery(order_no=f"X{n}") for n in range(4)]
    for n, each in enumerate(waiting):
        each.next_at = NOON - n * MINUTE
    await stores.deliveries.add(waiting)
    assert await claimed(stores, limit=3) == [each.id for each in reversed(waiting)][:3]
    assert await claimed(stores, limit=3) == [waiting[0].id]


async def test_an_expired_lease_lets_another_worker_try_and_saving_gives_the_claim_back(open_worker: Opener) -> None:
    died, other = open_worker(), open_worker()
    await died.deliveries.add([delivery()])
    assert await claimed(died, lease=OVER) == [delivery().id]
    [taken] = await other.deliveries.claim(NOON + HOUR, limit=9, lease=LONG)
    assert await claimed(died) == []
    await other.deliveries.save([taken])
    assert await claimed(died) == [delivery().id]


async def test_racing_workers_tell_everything_once_and_in_order(open_worker: Opener) -> None:
    await open_worker().deliveries.add([delivery(n, order_no=f"X{o}") for o in range(12) for n in range(1, 6)])
    told: dict[str, list[int]] = {}

    async def work(worker: PortStores, now: timedelta) -> None:
        while batch := await worker.deliveries.claim(NOON + now, limit=5, lease=LONG):
            for each in batch:
                told.setdefault(each.order_no, []).append(each.seq)
            await succeed(worker, *(each.id for each in batch))

    workers = [open_worker() for _ in range(4)]
    await gather(*(work(worker, HOUR) for worker in workers))
    # one that was put off while the one before it was being finished is looked at again a little later
    await work(workers[0], HOUR + MINUTE)
    assert told == {f"X{o}": [1, 2, 3, 4, 5] for o in range(12)}


async def test_an_institution_pages_through_its_deliveries_newest_first(stores: PortStores) -> None:
    await stores.deliveries.add([delivery(n) for n in range(1, 6)])
    await stores.deliveries.add([delivery(9, institution_id="jiaojiao", address="e9")])
    await succeed(stores, delivery(4).id)
    first = await stores.deliveries.of_institution("wandou", limit=2)
    rest = await stores.deliveries.of_institution("wandou", after=first[-1].id)
    assert [each.seq for each in [*first, *rest]] == [5, 4, 3, 2, 1]
    assert [each.seq for each in await stores.deliveries.of_institution("wandou", state="delivered")] == [4]
    assert await stores.deliveries.of_institution("wandou", after="unknown") == []


async def test_saving_what_was_never_added_stores_nothing(stores: PortStores) -> None:
    await stores.deliveries.save([delivery()])
    await stores.deliveries.save([])
    assert await stores.deliveries.get(delivery().id) is None


async def test_endpoints_are_created_changed_and_listed_oldest_first(stores: PortStores) -> None:
    newer = WebhookEndpoint(
        id="e1",
        institution_id="wandou",
        url="https://a.example",
        secret="s",
        types=("lesson.taught",),
        created_at=NOON + MINUTE,
    )
    older = newer.model_copy(update={"id": "e2", "created_at": NOON})
    await gather(*(stores.deliveries.add_endpoint(newer) for _ in range(5)))
    await stores.deliveries.add_endpoint(older)
    newer.old_secret, newer.secret = newer.secret, "s2"
    await stores.deliveries.add_endpoint(newer)
    assert await stores.deliveries.endpoint("e1") == newer
    assert [each.id for each in await stores.deliveries.endpoints("wandou")] == ["e2", "e1"]
    assert await stores.deliveries.endpoints("other") == []
    assert await stores.deliveries.endpoint("e3") is None
