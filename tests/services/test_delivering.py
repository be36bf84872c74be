"""Deliveries are sent: who is told once, what is tried again and when, and what is given up in sight."""

import asyncio
import json
from datetime import timedelta

import pytest

from models.delivery import PUSH_DELAYS, WEBHOOK_DELAYS, Attempt, Delivery, DeliveryState, Receiver
from models.errors import Declined, OutsideFailure
from models.order import Order
from models.training import confirm_lesson
from services.delivering import AT_ONCE_PER_ENDPOINT, deliver, deliver_due
from services.publishing import relay
from services.webhook_endpoints import rotate_secret
from tests.fakes.examples import a_learner, a_signed_order, an_endpoint, teach, teach_and_charge_all
from tests.fakes.interrupting import Interrupting
from tests.fakes.outside import START, FakeSender
from tests.fakes.worlds import CHARGED_TEMPLATE, World

NO_GRANT = Declined("push_not_subscribed", errcode=43101)
CLOSED = Declined("push_window_closed", errcode=45015)
REJECTED = Declined("push_content_rejected", errcode=47003)
SILENT = OutsideFailure("wechat_silent")


A = "https://a.school.example/hooks"


def _taught(no: str) -> Order:
    order = a_signed_order(no)
    order.facts.clear()
    teach(order, 1, 2, 3)
    return order


async def _relayed(world: World, *orders: Order) -> None:
    await world.know(*orders)
    for order in orders:
        await relay(world.ports(), order.no)


async def _webhooks(world: World, *endpoints: str, orders: int = 1) -> None:
    """Have three facts of each order due at each endpoint."""
    await world.know(*(an_endpoint(name) for name in endpoints))
    await _relayed(world, *(_taught(f"X20260302ORDER{n:07d}") for n in range(orders)))


async def _charged(world: World, grants: int, oa_openid: str | None = "oa-1") -> Delivery:
    """Have the deduction push due, and nothing else."""
    await world.know(a_learner(oa_openid=oa_openid))
    await world.stores.grants.add("mp-L1", CHARGED_TEMPLATE, grants)
    order = a_signed_order()
    teach_and_charge_all(order)
    order.facts = [fact for fact in order.facts if fact.kind == "charge_paid"]
    await _relayed(world, order)
    return await _only(world, Receiver.SUBSCRIBE_MESSAGE)


async def _only(world: World, receiver: Receiver) -> Delivery:
    (delivery,) = await world.deliveries(receiver)
    return delivery


async def _first_tried(world: World) -> Delivery:
    (delivery,) = [x for x in await world.deliveries() if x.attempts]
    return delivery


async def _states(world: World, address: str = "") -> list[str]:
    return [x.state.value for x in await world.deliveries(address=address)]


async def _grants_left(world: World) -> int:
    return await world.stores.grants.left("mp-L1", CHARGED_TEMPLATE)


async def _run_dry(world: World) -> None:
    while await deliver_due(world.ports(), 100):
        pass


async def test_an_endpoint_hears_of_an_orders_facts_one_after_the_other(world: World) -> None:
    await _webhooks(world, "A")
    assert await deliver_due(world.ports(), 100) == 3
    assert [json.loads(post.body)["data"]["seq"] for post in world.sender.posted] == [4, 5, 6]
    assert await _states(world) == ["delivered"] * 3


async def test_a_failing_delivery_holds_back_its_order_at_its_endpoint_and_nobody_else(world: World) -> None:
    await _webhooks(world, "A", "B", orders=2)
    world.sender.answers[A] = (500, None, "boom")
    await _run_dry(world)
    assert [post.endpoint_id for post in world.sender.posted].count("whe_A") == 2
    assert [post.endpoint_id for post in world.sender.posted].count("whe_B") == 6


async def test_five_workers_at_once_send_each_delivery_once(any_world: World) -> None:
    await _webhooks(any_world, "A", orders=7)
    for _ in range(50):
        if not any(await asyncio.gather(*(deliver_due(any_world.ports(), 3) for _ in range(5)))):
            any_world.clock.advance(seconds=30)  # what waits behind one under way is looked at again soon
    sent = [post.message_id for post in any_world.sender.posted]
    assert len(sent) == len(set(sent)) == 21


@pytest.mark.parametrize("status", [0, 100, 301, 304, 400, 404, 429, 500, 503])
async def test_only_2xx_is_success(world: World, status: int) -> None:
    await _webhooks(world, "A")
    world.sender.answers[A] = (status, None, "no")
    await deliver_due(world.ports(), 1)
    tried = await _first_tried(world)
    assert (tried.state, tried.attempts[0].status, tried.attempts[0].note) == (DeliveryState.PENDING, status, "no")


async def test_a_webhook_is_tried_by_the_schedule_under_one_id_and_then_parked(world: World) -> None:
    await world.know(an_endpoint(types=("lesson.taught",)))
    order = a_signed_order()
    teach(order, 1)
    await _relayed(world, order)
    world.sender.answers[A] = (500, None, "")
    waits = []
    while (delivery := await _only(world, Receiver.WEBHOOK)).state is DeliveryState.PENDING:
        assert delivery.next_at
        waits.append(delivery.next_at - world.clock.at)
        world.clock.at = delivery.next_at
        assert await deliver_due(world.ports(), 10) == 1
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
    await _run_dry(world)
    assert await _states(world) == ["parked", "delivered", "delivered"]


async def test_retry_after_puts_a_try_off_but_never_forward() -> None:
    for told, expected in ((timedelta(minutes=10), timedelta(minutes=10)), (timedelta(seconds=1), WEBHOOK_DELAYS[0])):
        world = World()
        await _webhooks(world, "A")
        world.sender.answers[A] = (429, told, "")
        await deliver_due(world.ports(), 1)
        tried = await _first_tried(world)
        assert tried.next_at == START + expected


async def test_gone_closes_the_endpoint_and_what_waits_for_it_is_skipped(world: World) -> None:
    await _webhooks(world, "A", "B")
    world.sender.answers[A] = (410, None, "")
    await _run_dry(world)
    endpoint = await world.stores.deliveries.endpoint("whe_A")
    assert endpoint
    assert (endpoint.disabled_at, endpoint.disabled_because) == (START, "receiver_answered_gone")
    assert [post.endpoint_id for post in world.sender.posted].count("whe_A") == 1
    assert await _states(world, "whe_A") == ["skipped"] * 3
    assert await _states(world, "whe_B") == ["delivered"] * 3


async def test_gone_does_not_undo_a_rotation_that_happened_meanwhile(world: World) -> None:
    await _webhooks(world, "A")

    async def rotate() -> tuple[int, timedelta | None, str]:
        await rotate_secret(world.ports(), "wandou", "whe_A")
        return 410, None, ""

    world.sender.answers[A] = rotate
    await deliver_due(world.ports(), 1)
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
    ports = world.ports(deliveries=Interrupting(world.stores.deliveries, "save", after=tell))
    round_ = asyncio.create_task(deliver_due(ports, 10))
    await saved.wait()
    assert not round_.done()
    assert (await _states(world)).count("delivered") == 1
    go_on.set()
    await round_
    assert await _states(world) == ["delivered"] * 6


async def test_one_endpoint_gets_no_more_than_its_share_of_calls_at_once(world: World) -> None:
    await _webhooks(world, "A", orders=AT_ONCE_PER_ENDPOINT * 3)
    await deliver_due(world.ports(), 1000)
    assert world.sender.most_under_way == AT_ONCE_PER_ENDPOINT


async def test_an_endpoint_that_has_fallen_silent_rests_without_using_up_tries(world: World) -> None:
    await _webhooks(world, "A", orders=AT_ONCE_PER_ENDPOINT * 3)
    world.sender.answers[A] = (0, None, "timeout")
    await deliver_due(world.ports(), 1000)
    rested = [x for x in await world.deliveries() if x.next_at == START + timedelta(minutes=5)]
    assert len(world.sender.posted) + len(rested) == AT_ONCE_PER_ENDPOINT * 3
    assert len(world.sender.posted) < AT_ONCE_PER_ENDPOINT * 2
    assert not any(x.attempts for x in rested)


async def test_no_more_is_tried_than_was_asked_for(world: World) -> None:
    await _webhooks(world, "A", orders=3)
    assert await deliver_due(world.ports(), 4) == 4
    assert len(world.sender.posted) == 4


async def test_once_its_time_is_over_a_round_gives_the_rest_back_untried(world: World) -> None:
    await _webhooks(world, "A", orders=3)
    late = world.ports(lease=timedelta(0))
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
        await deliver_due(world.ports(), 10)
    assert (await _states(world)).count("delivered") == 1
    assert await deliver_due(world.ports(), 10) == 2, "the broken one stays claimed until its lease ends"


async def test_a_push_spends_one_grant(world: World) -> None:
    delivery = await _charged(world, grants=2)
    await _run_dry(world)
    (push,) = world.messenger.pushes
    assert (push.openid, push.template_id, push.page) == ("mp-L1", CHARGED_TEMPLATE, delivery.payload["page"])
    assert push.data == delivery.payload["fields"]
    assert await _grants_left(world) == 1
    assert (await _only(world, Receiver.SUBSCRIBE_MESSAGE)).state is DeliveryState.DELIVERED
    assert world.messenger.texts == []


async def test_without_a_grant_a_follower_is_told_in_the_official_account(world: World) -> None:
    delivery = await _charged(world, grants=0)
    await _run_dry(world)
    assert world.messenger.pushes == []
    assert world.messenger.texts == [("oa-1", delivery.payload["text"])]
    assert (await _only(world, Receiver.SUBSCRIBE_MESSAGE)).state is DeliveryState.SKIPPED
    assert (await _only(world, Receiver.OA_MESSAGE)).state is DeliveryState.DELIVERED


async def test_wechat_knows_better_than_our_ledger_of_grants(world: World) -> None:
    await _charged(world, grants=3)
    world.messenger.refusals = [NO_GRANT]
    await _run_dry(world)
    assert await _grants_left(world) == 0
    assert (await _only(world, Receiver.SUBSCRIBE_MESSAGE)).state is DeliveryState.SKIPPED
    assert len(world.messenger.texts) == 1


async def test_without_a_grant_and_not_following_the_push_is_skipped(world: World) -> None:
    await _charged(world, grants=0, oa_openid=None)
    await _run_dry(world)
    (delivery,) = await world.deliveries()
    assert (delivery.state, delivery.attempts[-1].note) == (DeliveryState.SKIPPED, "push_not_subscribed")


async def test_killed_after_falling_back_the_chat_message_is_still_only_one(world: World) -> None:
    delivery = await _charged(world, grants=0)
    await deliver_due(world.ports(), 10)
    delivery.replay(START)
    await world.stores.deliveries.save([delivery])
    await _run_dry(world)
    assert len(world.messenger.texts) == 1


async def test_a_closed_window_in_the_official_account_is_nobodys_fault(world: World) -> None:
    await _charged(world, grants=0)
    world.messenger.refusals = [CLOSED]
    await _run_dry(world)
    message = await _only(world, Receiver.OA_MESSAGE)
    assert (message.state, message.attempts[-1].status) == (DeliveryState.SKIPPED, 45015)


@pytest.mark.parametrize("refusal", [SILENT, REJECTED])
async def test_an_unknown_outcome_or_a_rejected_push_is_tried_again_and_then_parked(
    world: World, refusal: Declined | OutsideFailure
) -> None:
    await _charged(world, grants=1)
    world.messenger.refusals = [refusal] * 10
    for delay in (timedelta(0), *PUSH_DELAYS):
        world.clock.at += delay
        assert await deliver_due(world.ports(), 10) == 1
    push = await _only(world, Receiver.SUBSCRIBE_MESSAGE)
    assert (push.state, len(push.attempts)) == (DeliveryState.PARKED, 1 + len(PUSH_DELAYS))
    assert await _grants_left(world) == 1


async def test_messages_to_one_learner_go_out_one_after_the_other(world: World) -> None:
    await world.know(a_learner())
    await _relayed(world, *(_taught(f"X20260302ORDER{n:07d}") for n in range(5)))
    assert await deliver_due(world.ports(), 100) == 15
    assert world.messenger.most_under_way == 1


async def test_nobody_is_asked_for_a_word_they_have_given_already(world: World) -> None:
    await world.know(a_learner())
    await _relayed(world, _taught("X20260302ORDER0000001"))
    order = await world.order("X20260302ORDER0000001")
    before = order.model_dump()
    confirm_lesson(order, START, 2, "learner", "miniprogram")
    await world.stores.orders.save(order, before)
    await _run_dry(world)
    assert await _states(world) == ["delivered", "skipped", "delivered"]
    assert [("第1节" in text, "第3节" in text) for _, text in world.messenger.texts] == [(True, False), (False, True)]


async def test_a_learner_who_left_the_official_account_is_not_written_to(world: World) -> None:
    await world.know(a_learner())
    await _relayed(world, _taught("X20260302ORDER0000001"))
    await world.stores.learners.link_oa("union-L1", None)
    await _run_dry(world)
    assert world.messenger.texts == []
    assert await _states(world) == ["skipped"] * 3


async def test_a_learner_nobody_knows_any_more_is_skipped(world: World) -> None:
    push = await _charged(world, grants=1)
    stranger = push.model_copy(update={"id": "X1-1-subscribe_message-L9", "order_no": "X1", "address": "L9"})
    await world.stores.deliveries.add([stranger])
    await _run_dry(world)
    assert [x.attempts[-1].note for x in await world.deliveries(address="L9")] == ["learner_unknown"]


async def test_nothing_due_sends_nothing(world: World) -> None:
    assert await deliver_due(world.ports(), 100) == 0
