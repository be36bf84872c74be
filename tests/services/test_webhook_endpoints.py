"""Institutions' endpoints: secrets shown once, rotation with overlap, nobody else's business."""

import pytest
from standardwebhooks import Webhook

from lab.rig.orders import EVEN, in_training, teach
from models.delivery import Delivery, WebhookEndpoint
from models.errors import Conflict, InvalidInput, NotFound
from services.delivering import deliver_due
from services.delivery_log import delivery_of_institution, replay_delivery
from services.publishing import relay
from services.webhook_endpoints import (
    MOST_ENDPOINTS,
    create_endpoint,
    delete_endpoint,
    disable_endpoint,
    enable_endpoint,
    end_rotation,
    list_endpoints,
    rotate_secret,
)
from tests.fakes.examples import a_learner
from tests.fakes.outside import START
from tests.fakes.world import World
from webhooks.signing import secret_bytes

URL = "https://school.example/hooks"


async def _stored(world: World, endpoint_id: str) -> WebhookEndpoint:
    endpoint = await world.stores.deliveries.endpoint(endpoint_id)
    assert endpoint
    return endpoint


async def test_a_new_endpoint_shows_its_secret_once_and_in_the_standard_format(world: World) -> None:
    ports = world.ports
    endpoint = await create_endpoint(ports, "wandou", URL, ["order.signed", "order.ended"])
    assert len(secret_bytes(endpoint.secret)) == 32
    assert Webhook(endpoint.secret)
    (shown,) = await list_endpoints(ports, "wandou")
    assert (shown.id, shown.url, shown.types) == (endpoint.id, URL, ("order.ended", "order.signed"))
    assert endpoint.secret not in shown.model_dump_json()


async def test_every_secret_is_another(world: World) -> None:
    ports = world.ports
    secrets = {(await create_endpoint(ports, "wandou", URL)).secret for _ in range(5)}
    assert len(secrets) == 5


async def test_a_rotating_endpoint_signs_with_both_until_the_rotation_ends(world: World) -> None:
    ports = world.ports
    created = await create_endpoint(ports, "wandou", URL)
    rotated = await rotate_secret(ports, "wandou", created.id)
    assert rotated.old_secret == created.secret
    assert rotated.secret != created.secret
    assert (await list_endpoints(ports, "wandou"))[0].is_rotating
    assert not (await end_rotation(ports, "wandou", created.id)).is_rotating
    assert (await _stored(world, created.id)).secret == rotated.secret


@pytest.mark.parametrize(
    ("url", "types", "code"),
    [
        ("http://school.example/", [], "webhook_url_not_https"),
        ("https://127.0.0.1/", [], "webhook_url_not_public"),
        ("school", [], "webhook_url_invalid"),
        (URL, ["order.signed", "order.eaten"], "webhook_type_unknown"),
    ],
)
async def test_what_cannot_work_is_refused_and_nothing_is_written(
    world: World, url: str, types: list[str], code: str
) -> None:
    with pytest.raises(InvalidInput, match=code):
        await create_endpoint(world.ports, "wandou", url, types)
    assert not await list_endpoints(world.ports, "wandou")


async def test_there_are_ten_endpoints_at_most_and_deleted_ones_make_room(world: World) -> None:
    ports = world.ports
    made = [await create_endpoint(ports, "wandou", URL) for _ in range(MOST_ENDPOINTS)]
    with pytest.raises(Conflict, match="too_many_endpoints"):
        await create_endpoint(ports, "wandou", URL)
    await delete_endpoint(ports, "wandou", made[0].id)
    assert await create_endpoint(ports, "wandou", URL)


async def test_a_deleted_endpoint_is_gone_and_its_secret_forgotten(world: World) -> None:
    ports = world.ports
    endpoint = await create_endpoint(ports, "wandou", URL)
    await delete_endpoint(ports, "wandou", endpoint.id)
    assert await list_endpoints(ports, "wandou") == []
    assert (await _stored(world, endpoint.id)).secret == ""
    for change in (rotate_secret, disable_endpoint, enable_endpoint, delete_endpoint, end_rotation):
        with pytest.raises(NotFound):
            await change(ports, "wandou", endpoint.id)


async def test_a_disabled_endpoint_can_be_enabled_again(world: World) -> None:
    ports = world.ports
    endpoint = await create_endpoint(ports, "wandou", URL)
    disabled = await disable_endpoint(ports, "wandou", endpoint.id)
    assert (disabled.disabled_at, disabled.disabled_because) == (START, "by_request")
    assert (await enable_endpoint(ports, "wandou", endpoint.id)).disabled_at is None


@pytest.mark.parametrize("change", [rotate_secret, disable_endpoint, enable_endpoint, delete_endpoint, end_rotation])
async def test_another_institutions_endpoint_looks_like_none(world: World, change: object) -> None:
    ports = world.ports
    endpoint = await create_endpoint(ports, "wandou", URL)
    before = await _stored(world, endpoint.id)
    with pytest.raises(NotFound):
        await change(ports, "jiaojiao", endpoint.id)
    assert await _stored(world, endpoint.id) == before


async def _delivered(world: World) -> Delivery:
    order = in_training(prices=EVEN)
    await world.know(a_learner(), order)
    await create_endpoint(world.ports, "wandou", URL, ["order.signed"])
    await relay(world.ports, order.no)
    await deliver_due(world.ports, 10)
    (delivery,) = await world.deliveries()
    return delivery


async def test_a_replayed_delivery_arrives_again_under_the_same_id(world: World) -> None:
    delivery = await _delivered(world)
    replayed = await replay_delivery(world.ports, "wandou", delivery.id)
    assert (replayed.state, replayed.attempts, replayed.next_at) == ("pending", [], START)
    await deliver_due(world.ports, 10)
    first, second = world.sender.posted
    assert (first.message_id, first.body) == (second.message_id, second.body)


async def test_only_its_own_institution_may_see_or_replay_a_delivery(world: World) -> None:
    delivery = await _delivered(world)
    assert (await delivery_of_institution(world.ports, "wandou", delivery.id)).id == delivery.id
    for look in (delivery_of_institution, replay_delivery):
        with pytest.raises(NotFound):
            await look(world.ports, "jiaojiao", delivery.id)
        with pytest.raises(NotFound):
            await look(world.ports, "wandou", "X-1-webhook-none")


async def test_what_the_learner_was_told_is_not_the_institutions_to_repeat(world: World) -> None:
    order = in_training(prices=EVEN)
    teach(order, 1)
    await world.know(a_learner(), order)
    await relay(world.ports, order.no)
    with pytest.raises(Conflict, match="not_a_webhook"):
        await replay_delivery(world.ports, "wandou", (await world.deliveries())[0].id)


async def test_nothing_is_replayed_to_a_closed_endpoint(world: World) -> None:
    delivery = await _delivered(world)
    await disable_endpoint(world.ports, "wandou", delivery.address)
    with pytest.raises(Conflict, match="endpoint_disabled"):
        await replay_delivery(world.ports, "wandou", delivery.id)
