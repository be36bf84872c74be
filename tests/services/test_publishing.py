"""Facts become deliveries: once each, in order, whatever dies in between."""

import asyncio

import pytest

from models.delivery import DeliveryState, Receiver
from services.ports import Templates
from services.publishing import relay
from tests.fakes.examples import a_learner, a_signed_order, an_endpoint, teach, teach_and_charge_all
from tests.fakes.interrupting import Interrupting
from tests.fakes.worlds import CHARGED_TEMPLATE, World


class KilledError(BaseException):
    """The process is gone; nothing catches it."""


async def _die() -> None:
    raise KilledError


async def _world(**parts: object) -> World:
    world = World(**parts)
    order = a_signed_order()
    teach_and_charge_all(order)
    await world.know(a_learner(), order)
    for name in ("A", "B"):
        await world.deliveries.add_endpoint(an_endpoint(name))
    return world


async def test_every_fact_is_stored_told_to_every_endpoint_and_dropped_from_the_order() -> None:
    world = await _world()
    order = next(iter(world.orders.kept.values()))
    facts = list(order.facts)
    assert await relay(world.ports(), order.no) == len(facts)
    assert await world.facts.of_order(order.no) == facts
    webhooks = [x for x in world.deliveries.kept.values() if x.receiver is Receiver.WEBHOOK]
    assert sorted((x.seq, x.address) for x in webhooks) == sorted(
        (fact.seq, address) for fact in facts for address in ("whe_A", "whe_B")
    )
    assert (await world.ports().orders.get(order.no)).facts == []
    assert await relay(world.ports(), order.no) == 0


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("store", "method"), [("facts", "add"), ("deliveries", "add"), ("orders", "published")])
async def test_killed_around_any_write_the_next_run_ends_in_the_same_state(
    store: str, method: str, *, after: bool
) -> None:
    unharmed, killed = await _world(), await _world()
    no = next(iter(unharmed.orders.kept))
    await relay(unharmed.ports(), no)
    with pytest.raises(KilledError):
        await relay(killed.ports(**{store: Interrupting(getattr(killed, store), method, _die, instead=not after)}), no)
    await relay(killed.ports(), no)
    assert killed.facts.kept == unharmed.facts.kept
    assert killed.deliveries.kept == unharmed.deliveries.kept
    assert killed.orders.kept[no].facts == []


async def test_two_workers_relaying_the_same_order_make_each_delivery_once() -> None:
    world, alone = await _world(), await _world()
    no = next(iter(world.orders.kept))
    await asyncio.gather(*(relay(world.ports(), no) for _ in range(5)))
    await relay(alone.ports(), no)
    assert world.deliveries.kept == alone.deliveries.kept


async def test_a_fact_recorded_while_relaying_waits_for_the_next_run() -> None:
    world = await _world()
    no = next(iter(world.orders.kept))
    later = world.orders.kept[no].facts[-1].model_copy(update={"seq": 99})

    async def record_meanwhile(*_: object) -> None:
        world.orders.kept[no].facts.append(later)

    await relay(world.ports(deliveries=Interrupting(world.deliveries, "add", record_meanwhile)), no)
    assert world.orders.kept[no].facts == [later]


async def test_an_endpoint_is_told_only_the_types_it_asked_for() -> None:
    world = World()
    await world.know(a_learner(), a_signed_order())
    await world.deliveries.add_endpoint(an_endpoint(types=("order.signed",)))
    await world.deliveries.add_endpoint(an_endpoint("B", institution_id="somebody_else"))
    await relay(world.ports(), next(iter(world.orders.kept)))
    assert [x.type for x in world.deliveries.kept.values()] == ["order.signed"]


async def test_the_deduction_is_pushed_with_everything_needed_to_send_it_later() -> None:
    world = await _world()
    await relay(world.ports(), next(iter(world.orders.kept)))
    (push,) = [x for x in world.deliveries.kept.values() if x.receiver is Receiver.SUBSCRIBE_MESSAGE]
    assert push.address == "L1"
    assert push.type == "charge.paid"
    assert push.payload["template_id"] == CHARGED_TEMPLATE
    assert push.payload["page"] == "pages/order/order?no=X20260302AAAAAAAAAAAA"
    assert push.payload["fields"]["amount2"] == "360.00元"
    assert "360.00 元" in push.payload["text"]


async def test_without_a_template_a_follower_hears_of_the_deduction_in_the_official_account() -> None:
    world = await _world(templates=Templates())
    await relay(world.ports(), next(iter(world.orders.kept)))
    roads = {(x.receiver, x.type) for x in world.deliveries.kept.values() if x.receiver is not Receiver.WEBHOOK}
    assert roads == {(Receiver.OA_MESSAGE, "charge.paid"), (Receiver.OA_MESSAGE, "lesson.taught")}


async def test_a_learner_who_does_not_follow_gets_no_chat_messages() -> None:
    world = World()
    order = a_signed_order()
    teach(order, 1, 2)
    await world.know(a_learner(oa_openid=None), order)
    await relay(world.ports(), order.no)
    assert not world.deliveries.kept


async def test_a_taught_lesson_is_told_in_the_learners_language() -> None:
    world = World()
    order = a_signed_order()
    teach(order, 3)
    await world.know(a_learner(language="en_US"), order)
    await relay(world.ports(), order.no)
    (message,) = world.deliveries.kept.values()
    assert "reply “confirm lesson 3”" in message.payload["text"]
    assert "2026年3月4日 18:00" in message.payload["text"]


async def test_new_deliveries_are_due_at_once() -> None:
    world = await _world()
    await relay(world.ports(), next(iter(world.orders.kept)))
    assert {(x.state, x.next_at) for x in world.deliveries.kept.values()} == {(DeliveryState.PENDING, world.clock.at)}


async def test_an_order_nobody_knows_is_nothing_to_relay() -> None:
    assert await relay(World().ports(), "X20260302ZZZZZZZZZZZZ") == 0
