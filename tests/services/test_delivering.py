"""Deliveries are sent: who is told once, what is tried again and when, and what is given up in sight."""

import asyncio
import json
from datetime import timedelta

import pytest

from models.delivery import PUSH_DELAYS, WEBHOOK_DELAYS, Delivery, DeliveryState, Receiver
from models.errors import Declined, OutsideFailure
from models.order import Order
from services.delivering import AT_ONCE_PER_ENDPOINT, deliver_due
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


def _taught(no: str) -> Order:
    order = a_signed_order(no)
    order.facts.clear()
    teach(order, 1, 2, 3)
    return order


async def _relayed(world: World, *orders: Order) -> None:
    for order in orders:
        await world.orders.add(order)
        await relay(world.ports(), order.no)


async def _webhooks(world: World, *endpoints: str, orders: int = 1) -> None:
    """Have three facts of each order due at each endpoint."""
    for name in endpoints:
        await world.deliveries.add_endpoint(an_endpoint(name))
    await _relayed(world, *(_taught(f"X20260302ORDER{n:07d}") for n in range(orders)))


async def _charged(world: World, grants: int, oa_openid: str | None = "oa-1") -> Delivery:
    """Have the deduction push due, and nothing else."""
    await world.know(a_learner(oa_openid=oa_openid))
    await world.grants.add("mp-L1", CHARGED_TEMPLATE, grants)
    order = a_signed_order()
    teach_and_charge_all(order)
    order.facts = [fact for fact in order.facts if fact.kind == "charge_paid"]
    await _relayed(world, order)
    return _only(world, Receiver.SUBSCRIBE_MESSAGE)


def _only(world: World, receiver: Receiver) -> Delivery:
    (delivery,) = [x for x in world.deliveries.kept.values() if x.receiver is receiver]
    return delivery


def _states(world: World) -> list[str]:
    return [x.state.value for x in sorted(world.deliveries.kept.values(), key=lambda x: x.seq)]


async def _run_dry(world: World) -> None:
    while await deliver_due(world.ports(), 100):
        pass


async def test_an_endpoint_hears_of_an_orders_facts_one_after_the_other() -> None:
    world = World()
    await _webhooks(world, "A")
    assert await deliver_due(world.ports(), 100) == 1
    await _run_dry(world)
    assert [json.loads(post.body)["data"]["seq"] for post in world.sender.posted] == [4, 5, 6]
    assert _states(world) == ["delivered"] * 3


async def test_a_failing_delivery_holds_back_its_order_at_its_endpoint_and_nobody_else() -> None:
    world = World()
    await _webhooks(world, "A", "B", orders=2)
    world.sender.answers["https://a.school.example/hooks"] = (500, None, "boom")
    await _run_dry(world)
    assert [post.endpoint_id for post in world.sender.posted].count("whe_A") == 2
    assert [post.endpoint_id for post in world.sender.posted].count("whe_B") == 6


async def test_five_workers_at_once_send_each_delivery_once() -> None:
    world = World()
    await _webhooks(world, "A", orders=7)
    for _ in range(3):
        await asyncio.gather(*(deliver_due(world.ports(), 3) for _ in range(5)))
    sent = [post.message_id for post in world.sender.posted]
    assert len(sent) == len(set(sent)) == 21


@pytest.mark.parametrize("status", [0, 100, 301, 304, 400, 404, 429, 500, 503])
async def test_only_2xx_is_success(status: int) -> None:
    world = World()
    await _webhooks(world, "A")
    world.sender.answers["https://a.school.example/hooks"] = (status, None, "no")
    await deliver_due(world.ports(), 1)
    (tried,) = [x for x in world.deliveries.kept.values() if x.attempts]
    assert (tried.state, tried.attempts[0].status, tried.attempts[0].note) == (DeliveryState.PENDING, status, "no")


async def test_a_webhook_is_tried_by_the_schedule_under_one_id_and_then_parked() -> None:
    world = World()
    await world.deliveries.add_endpoint(an_endpoint(types=("lesson.taught",)))
    order = a_signed_order()
    teach(order, 1)
    await _relayed(world, order)
    world.sender.answers["https://a.school.example/hooks"] = (500, None, "")
    waits = []
    while (delivery := _only(world, Receiver.WEBHOOK)).state is DeliveryState.PENDING:
        assert delivery.next_at
        waits.append(delivery.next_at - world.clock.at)
        world.clock.at = delivery.next_at
        assert await deliver_due(world.ports(), 10) == 1
    assert waits == [timedelta(0), *WEBHOOK_DELAYS]
    assert delivery.state is DeliveryState.PARKED
    assert len({post.message_id for post in world.sender.posted}) == 1
    assert len({post.body for post in world.sender.posted}) == 1
    assert len({post.at for post in world.sender.posted}) == len(waits)


async def test_a_parked_delivery_lets_the_next_fact_pass() -> None:
    world = World()
    await _webhooks(world, "A")
    first = min(world.deliveries.kept.values(), key=lambda x: x.seq)
    first.state, first.next_at = DeliveryState.PARKED, None
    await _run_dry(world)
    assert _states(world) == ["parked", "delivered", "delivered"]


async def test_retry_after_puts_a_try_off_but_never_forward() -> None:
    for told, expected in ((timedelta(minutes=10), timedelta(minutes=10)), (timedelta(seconds=1), WEBHOOK_DELAYS[0])):
        world = World()
        await _webhooks(world, "A")
        world.sender.answers["https://a.school.example/hooks"] = (429, told, "")
        await deliver_due(world.ports(), 1)
        (tried,) = [x for x in world.deliveries.kept.values() if x.attempts]
        assert tried.next_at == START + expected


async def test_gone_closes_the_endpoint_and_what_waits_for_it_is_skipped() -> None:
    world = World()
    await _webhooks(world, "A", "B")
    world.sender.answers["https://a.school.example/hooks"] = (410, None, "")
    await _run_dry(world)
    endpoint = world.deliveries.kept_endpoints["whe_A"]
    assert (endpoint.disabled_at, endpoint.disabled_because) == (START, "receiver_answered_gone")
    assert [post.endpoint_id for post in world.sender.posted].count("whe_A") == 1
    assert {x.state for x in world.deliveries.kept.values() if x.address == "whe_A"} == {DeliveryState.SKIPPED}
    assert {x.state for x in world.deliveries.kept.values() if x.address == "whe_B"} == {DeliveryState.DELIVERED}


async def test_gone_does_not_undo_a_rotation_that_happened_meanwhile() -> None:
    world = World()
    await _webhooks(world, "A")

    async def rotate() -> tuple[int, timedelta | None, str]:
        await rotate_secret(world.ports(), "wandou", "whe_A")
        return 410, None, ""

    world.sender.answers["https://a.school.example/hooks"] = rotate
    await deliver_due(world.ports(), 1)
    endpoint = world.deliveries.kept_endpoints["whe_A"]
    assert endpoint.disabled_at
    assert endpoint.old_secret


async def test_a_slow_endpoint_does_not_hold_up_the_outcomes_of_others() -> None:
    world = World()
    await _webhooks(world, "A", "B")
    go_on = asyncio.Event()

    async def wait() -> tuple[int, timedelta | None, str]:
        await go_on.wait()
        return 200, None, ""

    async def tell() -> None:
        saved.set()

    saved = asyncio.Event()
    world.sender.answers["https://a.school.example/hooks"] = wait
    ports = world.ports(deliveries=Interrupting(world.deliveries, "save", tell))
    round_ = asyncio.create_task(deliver_due(ports, 10))
    await saved.wait()
    assert not round_.done()
    assert _states(world).count("delivered") == 1
    go_on.set()
    await round_
    assert _states(world).count("delivered") == 2


async def test_one_endpoint_gets_no_more_than_its_share_of_calls_at_once() -> None:
    world = World()
    await _webhooks(world, "A", orders=AT_ONCE_PER_ENDPOINT * 3)
    await deliver_due(world.ports(), 1000)
    assert world.sender.most_under_way == AT_ONCE_PER_ENDPOINT


async def test_an_endpoint_that_has_fallen_silent_rests_without_using_up_tries() -> None:
    world = World()
    await _webhooks(world, "A", orders=AT_ONCE_PER_ENDPOINT * 3)
    world.sender.answers["https://a.school.example/hooks"] = (0, None, "timeout")
    await deliver_due(world.ports(), 1000)
    rested = [x for x in world.deliveries.kept.values() if x.seq == 4 and not x.attempts]
    assert len(world.sender.posted) + len(rested) == AT_ONCE_PER_ENDPOINT * 3
    assert len(world.sender.posted) < AT_ONCE_PER_ENDPOINT * 2
    assert {x.next_at for x in rested} == {START + timedelta(minutes=5)}


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
    assert _states(world).count("delivered") == 1
    assert len(world.deliveries.claimed) == 1


async def test_a_push_spends_one_grant() -> None:
    world = World()
    delivery = await _charged(world, grants=2)
    await _run_dry(world)
    (push,) = world.messenger.pushes
    assert (push.openid, push.template_id, push.page) == ("mp-L1", CHARGED_TEMPLATE, delivery.payload["page"])
    assert push.data == delivery.payload["fields"]
    assert await world.grants.left("mp-L1", CHARGED_TEMPLATE) == 1
    assert _only(world, Receiver.SUBSCRIBE_MESSAGE).state is DeliveryState.DELIVERED
    assert world.messenger.texts == []


async def test_without_a_grant_a_follower_is_told_in_the_official_account() -> None:
    world = World()
    delivery = await _charged(world, grants=0)
    await _run_dry(world)
    assert world.messenger.pushes == []
    assert world.messenger.texts == [("oa-1", delivery.payload["text"])]
    assert _only(world, Receiver.SUBSCRIBE_MESSAGE).state is DeliveryState.SKIPPED
    assert _only(world, Receiver.OA_MESSAGE).state is DeliveryState.DELIVERED


async def test_wechat_knows_better_than_our_ledger_of_grants() -> None:
    world = World()
    await _charged(world, grants=3)
    world.messenger.refusals = [NO_GRANT]
    await _run_dry(world)
    assert await world.grants.left("mp-L1", CHARGED_TEMPLATE) == 0
    assert _only(world, Receiver.SUBSCRIBE_MESSAGE).state is DeliveryState.SKIPPED
    assert len(world.messenger.texts) == 1


async def test_without_a_grant_and_not_following_the_push_is_skipped() -> None:
    world = World()
    await _charged(world, grants=0, oa_openid=None)
    await _run_dry(world)
    (delivery,) = world.deliveries.kept.values()
    assert (delivery.state, delivery.attempts[-1].note) == (DeliveryState.SKIPPED, "push_not_subscribed")


async def test_killed_after_falling_back_the_chat_message_is_still_only_one() -> None:
    world = World()
    delivery = await _charged(world, grants=0)
    await deliver_due(world.ports(), 10)
    delivery.replay(START)
    world.deliveries.kept[delivery.id] = delivery
    await _run_dry(world)
    assert len(world.messenger.texts) == 1


async def test_a_closed_window_in_the_official_account_is_nobodys_fault() -> None:
    world = World()
    await _charged(world, grants=0)
    world.messenger.refusals = [CLOSED]
    await _run_dry(world)
    message = _only(world, Receiver.OA_MESSAGE)
    assert (message.state, message.attempts[-1].status) == (DeliveryState.SKIPPED, 45015)


@pytest.mark.parametrize("refusal", [SILENT, REJECTED])
async def test_an_unknown_outcome_or_a_rejected_push_is_tried_again_and_then_parked(
    refusal: Declined | OutsideFailure,
) -> None:
    world = World()
    await _charged(world, grants=1)
    world.messenger.refusals = [refusal] * 10
    for delay in (timedelta(0), *PUSH_DELAYS):
        world.clock.at += delay
        assert await deliver_due(world.ports(), 10) == 1
    push = _only(world, Receiver.SUBSCRIBE_MESSAGE)
    assert (push.state, len(push.attempts)) == (DeliveryState.PARKED, 1 + len(PUSH_DELAYS))
    assert await world.grants.left("mp-L1", CHARGED_TEMPLATE) == 1


async def test_messages_to_one_learner_go_out_one_after_the_other() -> None:
    world = World()
    await world.know(a_learner())
    await _relayed(world, *(_taught(f"X20260302ORDER{n:07d}") for n in range(5)))
    assert await deliver_due(world.ports(), 100) == 5
    assert world.messenger.most_under_way == 1


async def test_a_learner_who_left_the_official_account_is_not_written_to() -> None:
    world = World()
    await world.know(a_learner())
    await _relayed(world, _taught("X20260302ORDER0000001"))
    await world.learners.link_oa("union-L1", None)
    await _run_dry(world)
    assert world.messenger.texts == []
    assert _states(world) == ["skipped"] * 3


async def test_a_learner_nobody_knows_any_more_is_skipped() -> None:
    world = World()
    await _charged(world, grants=1)
    world.learners.kept.clear()
    await _run_dry(world)
    assert _states(world) == ["skipped"]


async def test_nothing_due_sends_nothing() -> None:
    assert await deliver_due(World().ports(), 100) == 0
