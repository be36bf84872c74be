"""Facts become deliveries: once each, in order, whatever dies in between."""

import asyncio

import pytest

from lab.rig.orders import EVEN, in_training, teach, teach_and_charge_all
from models.delivery import DeliveryState, Receiver
from models.facts import Fact
from models.order import Order
from models.training import confirm_lesson
from services.publishing import relay
from services.settings import Templates
from tests.fakes.examples import a_learner, an_endpoint
from tests.fakes.interrupting import Interrupting, KilledError, die
from tests.fakes.outside import START
from tests.fakes.world import CHARGED_TEMPLATE, World


async def _charged(world: World) -> Order:
    """Have an order's whole life unpublished, and two endpoints that want to hear of it."""
    order = in_training(prices=EVEN)
    teach_and_charge_all(order)
    await world.know(a_learner(), order, an_endpoint("A"), an_endpoint("B"))
    return order


async def _published(world: World, no: str) -> tuple[object, ...]:
    """Return all that publishing leaves behind."""
    return await world.stores.facts.of_order(no), await world.deliveries(), (await world.order(no)).facts


async def test_every_fact_is_stored_told_to_every_endpoint_and_dropped_from_the_order(any_world: World) -> None:
    order = await _charged(any_world)
    assert await relay(any_world.ports, order.no) == len(order.facts)
    facts, _, left = await _published(any_world, order.no)
    assert (facts, left) == (order.facts, [])
    told = [(x.seq, x.address) for x in await any_world.deliveries(Receiver.WEBHOOK)]
    assert told == [(fact.seq, address) for fact in order.facts for address in ("whe_A", "whe_B")]
    assert await relay(any_world.ports, order.no) == 0


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("store", "method"), [("facts", "add"), ("deliveries", "add"), ("orders", "published")])
async def test_killed_around_any_write_the_next_run_ends_in_the_same_state(
    any_world: World, store: str, method: str, moment: str
) -> None:
    unharmed = World()
    order = await _charged(unharmed)
    await relay(unharmed.ports, order.no)
    await _charged(any_world)
    dying = Interrupting(getattr(any_world.stores, store), method, **{moment: die})
    with pytest.raises(KilledError):
        await relay(any_world.worker(**{store: dying}), order.no)
    await relay(any_world.ports, order.no)
    assert await _published(any_world, order.no) == await _published(unharmed, order.no)


async def test_five_workers_relaying_the_same_order_make_each_delivery_once(any_world: World) -> None:
    alone = World()
    order = await _charged(alone)
    await relay(alone.ports, order.no)
    await _charged(any_world)
    await asyncio.gather(*(relay(any_world.worker(), order.no) for _ in range(5)))
    assert await _published(any_world, order.no) == await _published(alone, order.no)


async def test_a_fact_recorded_while_relaying_waits_for_the_next_run(any_world: World) -> None:
    order = in_training(prices=EVEN)
    await any_world.know(a_learner(), order)
    later: list[Fact] = []

    async def teach_meanwhile() -> None:
        changed = await any_world.order(order.no)
        before = changed.model_dump()
        teach(changed, 1)
        later.append(changed.facts[-1])
        await any_world.stores.orders.save(changed, before)

    facts = Interrupting(any_world.stores.facts, "add", after=teach_meanwhile)
    assert await relay(any_world.worker(facts=facts), order.no) == len(order.facts)
    assert (await any_world.order(order.no)).facts == later
    assert await relay(any_world.ports, order.no) == 1


async def test_an_endpoint_is_told_only_the_types_it_asked_for(world: World) -> None:
    order = in_training(prices=EVEN)
    await world.know(a_learner(), order, an_endpoint(types=("order.signed",)))
    await world.know(an_endpoint("B", institution_id="somebody_else"))
    await relay(world.ports, order.no)
    assert [x.type for x in await world.deliveries()] == ["order.signed"]


async def test_the_deduction_is_pushed_with_everything_needed_to_send_it_later(world: World) -> None:
    order = await _charged(world)
    await relay(world.ports, order.no)
    (push,) = await world.deliveries(Receiver.SUBSCRIBE_MESSAGE)
    assert (push.address, push.type) == ("L1", "charge.paid")
    assert push.payload["template_id"] == CHARGED_TEMPLATE
    assert push.payload["page"] == "pages/order/order?no=X20260302AAAAAAAAAAAA"
    assert push.payload["fields"] == {
        "thing1": "思维训练课",
        "amount2": "360.00元",
        "time3": "2026年3月3日 13:00",
        "thing4": "已上的4节课",
    }
    assert "360.00 元" in str(push.payload["text"])


async def test_without_a_template_a_follower_hears_of_the_deduction_in_the_official_account() -> None:
    world = World(templates=Templates())
    order = await _charged(world)
    await relay(world.ports, order.no)
    assert not await world.deliveries(Receiver.SUBSCRIBE_MESSAGE)
    assert {x.type for x in await world.deliveries(Receiver.OA_MESSAGE)} == {"charge.paid", "course.completed"}


async def test_nobody_is_asked_for_a_word_they_gave_before_it_was_published(world: World) -> None:
    order = in_training(prices=EVEN)
    teach(order, 1, 2)
    confirm_lesson(order, START, 1, "learner", "miniprogram")
    await world.know(a_learner(), order)
    await relay(world.ports, order.no)
    (message,) = await world.deliveries()
    assert (message.type, message.payload["asks_about_lesson"]) == ("lesson.taught", 2)


async def test_a_learner_who_does_not_follow_gets_no_chat_messages(world: World) -> None:
    order = in_training(prices=EVEN)
    teach(order, 1, 2)
    await world.know(a_learner(oa_openid=None), order)
    await relay(world.ports, order.no)
    assert not await world.deliveries()


async def test_a_taught_lesson_is_told_in_the_learners_language(world: World) -> None:
    order = in_training(prices=EVEN)
    teach(order, 3)
    await world.know(a_learner(language="en_US"), order)
    await relay(world.ports, order.no)
    (message,) = await world.deliveries()
    assert "reply “confirm lesson 3”" in str(message.payload["text"])
    assert "2026年3月4日 13:00" in str(message.payload["text"])


async def test_new_deliveries_are_due_at_once(world: World) -> None:
    order = await _charged(world)
    await relay(world.ports, order.no)
    assert {(x.state, x.next_at) for x in await world.deliveries()} == {(DeliveryState.PENDING, world.clock.at)}


async def test_an_order_nobody_knows_is_nothing_to_relay(world: World) -> None:
    assert await relay(world.ports, "X20260302ZZZZZZZZZZZZ") == 0
