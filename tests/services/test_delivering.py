"""Deliveries are sent: who is told once, what is tried again and when, and what is given up in sight."""

import asyncio
import json
from datetime import timedelta

import pytest

from lab.rig.orders import EVEN, in_training, teach
from models.delivery import WEBHOOK_DELAYS, Attempt, Delivery, DeliveryState, Receiver
from services.delivering import AT_ONCE_PER_ENDPOINT, deliver, deliver_due
from services.webhook_endpoints import rotate_secret
from tests.fakes.examples import an_endpoint
from tests.fakes.interrupting import Interrupting
from tests.fakes.outside import START, FakeSender
from tests.fakes.world import World
from tests.services.deliveries import relayed, run_dry, states_of, the_only_delivery, three_lessons_taught

A = "https://a.school.example/hooks"


async def _webhooks(world: World, *endpoints: str, orders: int = 1) -> None:
    """Have three facts of each order due at each endpoint."""
    await world.know(*(an_endpoint(name) for name in endpoints))
    await relayed(world, *(three_lessons_taught(f"X20260302ORDER{n:07d}") for n in range(orders)))


async def _first_tried(world: World) -> Delivery:
    (delivery,) = [x for x in await world.deliveries() if x.attempts]
    return delivery


async def test_an_endpoint_hears_of_an_orders_facts_one_after_the_other(world: World) -> None:
    await _webhooks(world, "A")
    assert await deliver_due(world.ports, 100) == 3
    assert [json.loads(post.body)["data"]["seq"] for post in world.sender.posted] == [4, 5, 6]
    assert await states_of(world) == ["delivered"] * 3


async def test_a_failing_delivery_holds_back_its_order_at_its_endpoint_and_nobody_else(world: World) -> None:
    await _webhooks(world, "A", "B", orders=2)
    world.sender.answers[A] = (500, None, "boom")
    await run_dry(world)
    assert [post.endpoint_id for post in world.sender.posted].count("whe_A") == 2
    assert [post.endpoint_id for post in world.sender.posted].count("whe_B") == 6


async def test_five_workers_at_once_send_each_delivery_once(any_world: World) -> None:
    await _webhooks(any_world, "A", orders=7)
    for _ in range(50):
        if not any(await asyncio.gather(*(deliver_due(any_world.worker(), 3) for _ in range(5)))):
            any_world.clock.advance(seconds=30)  # what waits behind one under way is looked at again soon
    sent = [post.message_id for post in any_world.sender.posted]
    assert len(sent) == len(set(sent)) == 21


@pytest.mark.parametrize("status", [0, 100, 301, 304, 400, 404, 429, 500, 503])
async def test_only_2xx_is_success(world: World, status: int) -> None:
    await _webhooks(world, "A")
    world.sender.answers[A] = (status, None, "no")
    await deliver_due(world.ports, 1)
    tried = await _first_tried(world)
    assert (tried.state, tried.attempts[0].status, tried.attempts[0].note) == (DeliveryState.PENDING, status, "no")


async def test_a_webhook_is_tried_by_the_schedule_under_one_id_and_then_parked(world: World) -> None:
    await world.know(an_endpoint(types=("lesson.taught",)))
    order = in_training(prices=EVEN)
    teach(order, 1)
    await relayed(world, order)
    world.sender.answers[A] = (500, None, "")
    waits = []
    while (delivery := await the_only_delivery(world, Receiver.WEBHOOK)).state is DeliveryState.PENDING:
        assert delivery.next_at
        waits.append(delivery.next_at - world.clock.at)
        world.clock.at = delivery.next_at
        assert await deliver_due(world.ports, 10) == 1
    assert waits == [timedelta(0), *WEBHOOK_DELAYS]
    assert delivery.state is DeliveryState.PARKED
    assert len({post.message_id for post in world.sender.posted}) == 1
    assert len({post.body for post in world.sender.posted}) == 1
    assert len({post.at for post in world.sender.posted}) == len(waits)


async def test_a_parked_delivery_lets_the_next_fact_pass(world: World) -> None:
    await _webhooks(world, "A")
    first = (await world.deliveries())[0]
    while first.state is DeliveryState.PENDING:
        first.failed(Attempt(at=START, status=500))
    await world.stores.deliveries.save([first])
    await run_dry(world)
    assert await states_of(world) == ["parked", "delivered", "delivered"]


async def test_retry_after_puts_a_try_off_but_never_forward() -> None:
    for told, expected in ((timedelta(minutes=10), timedelta(minutes=10)), (timedelta(seconds=1), WEBHOOK_DELAYS[0])):
        world = World()
        await _webhooks(world, "A")
        world.sender.answers[A] = (429, told, "")
        await deliver_due(world.ports, 1)
        tried = await _first_tried(world)
        assert tried.next_at == START + expected


async def test_gone_closes_the_endpoint_and_what_waits_for_it_is_skipped(world: World) -> None:
    await _webhooks(world, "A", "B")
    world.sender.answers[A] = (410, None, "")
    await run_dry(world)
    endpoint = await world.stores.deliveries.endpoint("whe_A")
    assert endpoint
    assert (endpoint.disabled_at, endpoint.disabled_because) == (START, "receiver_answered_gone")
    assert [post.endpoint_id for post in world.sender.posted].count("whe_A") == 1
    assert await states_of(world, "whe_A") == ["skipped"] * 3
    assert await states_of(world, "whe_B") == ["delivered"] * 3


async def test_gone_does_not_undo_a_rotation_that_happened_meanwhile(world: World) -> None:
    await _webhooks(world, "A")

    async def rotate() -> tuple[int, timedelta | None, str]:
        await rotate_secret(world.ports, "wandou", "whe_A")
        return 410, None, ""

    world.sender.answers[A] = rotate
    await deliver_due(world.ports, 1)
    endpoint = await world.stores.deliveries.endpoint("whe_A")
    assert endpoint
    assert endpoint.disabled_at
    assert endpoint.old_secret


async def test_a_slow_endpoint_does_not_hold_up_the_outcomes_of_others(world: World) -> None:
    await _webhooks(world, "A", "B")
    go_on = asyncio.Event()

    async def wait() -> tuple[int, timedelta | None, str]:
        await go_on.wait()
        return 200, None, ""

    async def tell() -> None:
        saved.set()

    saved = asyncio.Event()
    world.sender.answers[A] = wait
    ports = world.worker(deliveries=Interrupting(world.stores.deliveries, "save", after=tell))
    round_ = asyncio.create_task(deliver_due(ports, 10))
    await saved.wait()
    assert not round_.done()
    assert (await states_of(world)).count("delivered") == 1
    go_on.set()
    await round_
    assert await states_of(world) == ["delivered"] * 6


async def test_one_endpoint_gets_no_more_than_its_share_of_calls_at_once(world: World) -> None:
    await _webhooks(world, "A", orders=AT_ONCE_PER_ENDPOINT * 3)
    await deliver_due(world.ports, 1000)
    assert world.sender.most_under_way == AT_ONCE_PER_ENDPOINT


async def test_an_endpoint_that_has_fallen_silent_rests_without_using_up_tries(world: World) -> None:
    await _webhooks(world, "A", orders=AT_ONCE_PER_ENDPOINT * 3)
    world.sender.answers[A] = (0, None, "timeout")
    await deliver_due(world.ports, 1000)
    rested = [x for x in await world.deliveries() if x.next_at == START + timedelta(minutes=5)]
    assert len(world.sender.posted) + len(rested) == AT_ONCE_PER_ENDPOINT * 3
    assert len(world.sender.posted) < AT_ONCE_PER_ENDPOINT * 2
    assert not any(x.attempts for x in rested)


async def test_no_more_is_tried_than_was_asked_for(world: World) -> None:
    await _webhooks(world, "A", orders=3)
    assert await deliver_due(world.ports, 4) == 4
    assert len(world.sender.posted) == 4


async def test_once_its_time_is_over_a_round_gives_the_rest_back_untried(world: World) -> None:
    await _webhooks(world, "A", orders=3)
    late = world.worker(lease=timedelta(0))
    claimed = await late.deliveries.claim(START, limit=10, lease=timedelta(minutes=1))
    await deliver(late, claimed)
    assert (len(claimed), world.sender.posted) == (3, [])
    assert len(await late.deliveries.claim(START, limit=10, lease=timedelta(minutes=1))) == 3


async def test_what_breaks_in_one_delivery_leaves_the_outcomes_of_the_others_saved() -> None:
    class Broken(FakeSender):
        async def send(self, endpoint: object, message_id: str, body: bytes, at: object) -> object:
            if endpoint.id == "whe_A":
                raise RuntimeError("a fault of ours")
            return await super().send(endpoint, message_id, body, at)

    world = World(sender=Broken())
    await _webhooks(world, "A", "B")
    with pytest.raises(RuntimeError):
        await deliver_due(world.ports, 10)
    assert (await states_of(world)).count("delivered") == 1
    assert await deliver_due(world.ports, 10) == 2, "the broken one stays claimed until its lease ends"


async def test_nothing_due_sends_nothing(world: World) -> None:
    assert await deliver_due(world.ports, 100) == 0
