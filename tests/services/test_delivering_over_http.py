"""From an order's facts to an institution's real server, verified there by the specification's own library."""

from datetime import UTC, datetime, timedelta

from aiohttp import web
from standardwebhooks import Webhook

from lab.rig.orders import EVEN, in_training, teach_and_charge_all
from models.delivery import DeliveryState
from services.delivering import deliver_due
from services.publishing import relay
from services.webhook_endpoints import create_endpoint, rotate_secret
from tests.fakes.examples import a_learner
from tests.fakes.outside import FakeClock
from tests.fakes.world import World
from tests.webhooks.receivers import Receiver, answering, listening
from webhooks.sender import HttpSender


async def _run_dry(world: World, sender: HttpSender) -> None:
    while await deliver_due(world.worker(sender=sender), 100):
        pass


def _world() -> World:
    return World(clock=FakeClock(datetime.now(UTC)))


async def test_a_whole_order_arrives_in_order_signed_with_both_secrets_of_a_rotation() -> None:
    world, order = _world(), in_training(prices=EVEN)
    teach_and_charge_all(order)
    types = [fact.kind.replace("_", ".", 1) for fact in order.facts]
    async with listening(answering(204)) as receiver, HttpSender(allow_private=True) as sender:
        await world.know(a_learner(oa_openid=None), order)
        created = await create_endpoint(world.ports, "wandou", receiver.url, allow_private=True)
        rotated = await rotate_secret(world.ports, "wandou", created.id)
        await relay(world.ports, order.no)
        await _run_dry(world, sender)
    for secret in (created.secret, rotated.secret):
        events = [Webhook(secret).verify(got.body, got.headers) for got in receiver.received]
        assert [event["type"] for event in events] == types
        assert [event["data"]["seq"] for event in events] == list(range(1, len(types) + 1))


async def test_a_server_that_comes_back_gets_what_it_missed_once_under_the_same_id() -> None:
    world, order = _world(), in_training(prices=EVEN)
    receiver: Receiver

    async def recover(_request: web.Request) -> web.Response:
        return web.Response(status=503 if len(receiver.received) <= 2 else 200, headers={"Retry-After": "60"})

    async with listening(recover) as receiver, HttpSender(allow_private=True) as sender:
        await world.know(a_learner(), order)
        await create_endpoint(world.ports, "wandou", receiver.url, ["order.signed"], allow_private=True)
        await relay(world.ports, order.no)
        for wait in (0, 60, 300):
            world.clock.advance(seconds=wait)
            assert await deliver_due(world.worker(sender=sender), 10) == 1
    (delivery,) = await world.deliveries("webhook")
    assert delivery.state is DeliveryState.DELIVERED
    assert [attempt.status for attempt in delivery.attempts] == [503, 503, 200]
    assert delivery.attempts[1].at - delivery.attempts[0].at == timedelta(minutes=1)
    assert len({got.headers["webhook-id"] for got in receiver.received}) == 1
