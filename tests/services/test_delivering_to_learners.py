"""Learners are told: by a push while there is a grant, else in the Official Account, once and in order."""

from datetime import timedelta

import pytest

from lab.rig.orders import EVEN, in_training, teach_and_charge_all
from models.delivery import PUSH_DELAYS, Delivery, DeliveryState, Receiver
from models.errors import Declined, OutsideFailure
from models.training import confirm_lesson
from services.delivering import deliver_due
from tests.fakes.examples import a_learner
from tests.fakes.outside import START
from tests.fakes.world import CHARGED_TEMPLATE, World
from tests.services.deliveries import relayed, run_dry, states_of, the_only_delivery, three_lessons_taught

NO_GRANT = Declined("push_not_subscribed", errcode=43101)
CLOSED = Declined("push_window_closed", errcode=45015)
REJECTED = Declined("push_content_rejected", errcode=47003)
SILENT = OutsideFailure("wechat_silent")


async def _charged(world: World, grants: int, oa_openid: str | None = "oa-1") -> Delivery:
    """Have the deduction push due, and nothing else."""
    await world.know(a_learner(oa_openid=oa_openid))
    await world.stores.grants.add("mp-L1", CHARGED_TEMPLATE, grants)
    order = in_training(prices=EVEN)
    teach_and_charge_all(order)
    order.facts = [fact for fact in order.facts if fact.kind == "charge_paid"]
    await relayed(world, order)
    return await the_only_delivery(world, Receiver.SUBSCRIBE_MESSAGE)


async def _grants_left(world: World) -> int:
    return await world.stores.grants.left("mp-L1", CHARGED_TEMPLATE)


async def test_a_push_spends_one_grant(world: World) -> None:
    delivery = await _charged(world, grants=2)
    await run_dry(world)
    (push,) = world.messenger.pushes
    assert (push.openid, push.template_id, push.page) == ("mp-L1", CHARGED_TEMPLATE, delivery.payload["page"])
    assert push.data == delivery.payload["fields"]
    assert await _grants_left(world) == 1
    assert (await the_only_delivery(world, Receiver.SUBSCRIBE_MESSAGE)).state is DeliveryState.DELIVERED
    assert world.messenger.texts == []


async def test_without_a_grant_a_follower_is_told_in_the_official_account(world: World) -> None:
    delivery = await _charged(world, grants=0)
    await run_dry(world)
    assert world.messenger.pushes == []
    assert world.messenger.texts == [("oa-1", delivery.payload["text"])]
    assert (await the_only_delivery(world, Receiver.SUBSCRIBE_MESSAGE)).state is DeliveryState.SKIPPED
    assert (await the_only_delivery(world, Receiver.OA_MESSAGE)).state is DeliveryState.DELIVERED


async def test_wechat_knows_better_than_our_ledger_of_grants(world: World) -> None:
    await _charged(world, grants=3)
    world.messenger.refusals = [NO_GRANT]
    await run_dry(world)
    assert await _grants_left(world) == 0
    assert (await the_only_delivery(world, Receiver.SUBSCRIBE_MESSAGE)).state is DeliveryState.SKIPPED
    assert len(world.messenger.texts) == 1


async def test_without_a_grant_and_not_following_the_push_is_skipped(world: World) -> None:
    await _charged(world, grants=0, oa_openid=None)
    await run_dry(world)
    (delivery,) = await world.deliveries()
    assert (delivery.state, delivery.attempts[-1].note) == (DeliveryState.SKIPPED, "push_not_subscribed")


async def test_killed_after_falling_back_the_chat_message_is_still_only_one(world: World) -> None:
    delivery = await _charged(world, grants=0)
    await deliver_due(world.ports, 10)
    delivery.replay(START)
    await world.stores.deliveries.save([delivery])
    await run_dry(world)
    assert len(world.messenger.texts) == 1


async def test_a_closed_window_in_the_official_account_is_nobodys_fault(world: World) -> None:
    await _charged(world, grants=0)
    world.messenger.refusals = [CLOSED]
    await run_dry(world)
    message = await the_only_delivery(world, Receiver.OA_MESSAGE)
    assert (message.state, message.attempts[-1].status) == (DeliveryState.SKIPPED, 45015)


@pytest.mark.parametrize("refusal", [SILENT, REJECTED])
async def test_an_unknown_outcome_or_a_rejected_push_is_tried_again_and_then_parked(
    world: World, refusal: Declined | OutsideFailure
) -> None:
    await _charged(world, grants=1, oa_openid=None)
    world.messenger.refusals = [refusal] * 10
    for delay in (timedelta(0), *PUSH_DELAYS):
        world.clock.at += delay
        assert await deliver_due(world.ports, 10) == 1
    push = await the_only_delivery(world, Receiver.SUBSCRIBE_MESSAGE)
    assert (push.state, len(push.attempts)) == (DeliveryState.PARKED, 1 + len(PUSH_DELAYS))
    assert await _grants_left(world) == 1


async def test_messages_to_one_learner_go_out_one_after_the_other(world: World) -> None:
    await world.know(a_learner())
    await relayed(world, *(three_lessons_taught(f"X20260302ORDER{n:07d}") for n in range(5)))
    assert await deliver_due(world.ports, 100) == 15
    assert world.messenger.most_under_way == 1


async def test_nobody_is_asked_for_a_word_they_have_given_already(world: World) -> None:
    await world.know(a_learner())
    await relayed(world, three_lessons_taught("X20260302ORDER0000001"))
    order = await world.order("X20260302ORDER0000001")
    before = order.model_dump()
    confirm_lesson(order, START, 2, "learner", "miniprogram")
    await world.stores.orders.save(order, before)
    await run_dry(world)
    assert await states_of(world) == ["delivered", "skipped", "delivered"]
    assert [("第1节" in text, "第3节" in text) for _, text in world.messenger.texts] == [(True, False), (False, True)]


async def test_a_learner_who_left_the_official_account_is_not_written_to(world: World) -> None:
    await world.know(a_learner())
    await relayed(world, three_lessons_taught("X20260302ORDER0000001"))
    await world.stores.learners.link_oa("union-L1", None)
    await run_dry(world)
    assert world.messenger.texts == []
    assert await states_of(world) == ["skipped"] * 3


async def test_a_learner_nobody_knows_any_more_is_skipped(world: World) -> None:
    push = await _charged(world, grants=1)
    stranger = push.model_copy(update={"id": "X1-1-subscribe_message-L9", "order_no": "X1", "address": "L9"})
    await world.stores.deliveries.add([stranger])
    await run_dry(world)
    assert [x.attempts[-1].note for x in await world.deliveries(address="L9")] == ["learner_unknown"]
