"""Told by whichever road WeChat takes, or by looking: from then on silence counts, and money may be taken."""

import asyncio
from datetime import timedelta
from typing import Literal

import pytest

from lab.rig.orders import ANY_REPORTS, EVEN, in_training, teach
from models.delivery import PUSH_DELAYS, DeliveryState, Receiver
from models.errors import Conflict, Declined
from models.facts import FactKind
from models.fee_mode import Agreement
from models.lesson import LessonState
from models.order import Order
from models.policy import Policy
from models.training import confirm_by_silence, confirm_lesson
from services.delivering import deliver_due
from services.orders import courses_of
from services.publishing import relay
from services.settings import Template, Templates, Use
from services.telling import all_shown, shown
from tests.fakes.examples import a_learner
from tests.fakes.mortal import Killed, Mortality
from tests.fakes.school_world import NO_LEASE, SCHOOL, school_world
from tests.fakes.world import World
from tests.services.deliveries import run_dry, states_of

NO_GRANT = Declined("push_not_subscribed", errcode=43101)
CLOSED = Declined("push_window_closed", errcode=45015)
REJECTED = Declined("push_content_rejected", errcode=47003)

A_MOMENT = timedelta(milliseconds=300)
TAUGHT, TAUGHT_OA = "tmpl-taught", "tmpl-taught-oa"
ALL_ROADS = Templates(
    subscribe={Use.LESSON_TAUGHT: Template(TAUGHT, ("thing1", "thing2"))},
    oa={Use.LESSON_TAUGHT: Template(TAUGHT_OA, ("thing1", "amount2"))},
)


async def a_taught_lesson(world: World, *, grants: int = 0, oa_openid: str | None = "oa-1") -> Order:
    order = in_training(prices=EVEN)
    teach(order, 1)
    await world.know(a_learner(oa_openid=oa_openid), order)
    await world.stores.grants.add("mp-L1", TAUGHT, grants)
    await relay(world.ports, order.no)
    return order


async def told(world: World, no: str) -> tuple[object, str]:
    lesson = (await world.order(no)).lesson(1)
    return lesson.told_at, lesson.told_how


async def test_a_subscribe_message_wechat_took_is_a_telling() -> None:
    world = World(templates=ALL_ROADS)
    order = await a_taught_lesson(world, grants=1)
    assert await told(world, order.no) == (None, "")
    await run_dry(world)
    assert await told(world, order.no) == (world.clock.at, "subscribe_message")
    (push,) = world.messenger.pushes
    assert push.data == {"thing1": "思维训练课", "thing2": "第1节已上课待确认"}
    assert (world.messenger.texts, world.messenger.templates) == ([], {})


async def test_without_a_grant_the_chat_is_tried_and_then_the_template_message() -> None:
    world = World(templates=ALL_ROADS)
    order = await a_taught_lesson(world)
    world.messenger.refusals = [CLOSED]
    await run_dry(world)
    assert await states_of(world) == ["skipped", "delivered", "skipped"]
    assert await told(world, order.no) == (world.clock.at, "oa_template")
    ((message_id, sent),) = world.messenger.templates.items()
    assert message_id.endswith("-oa_template-L1")
    assert (sent.openid, sent.template_id, sent.page) == ("oa-1", TAUGHT_OA, f"pages/order/order?no={order.no}")
    assert sent.data == {"thing1": "思维训练课", "amount2": "90.00元"}
    fact = next(x for x in (await world.order(order.no)).facts if x.kind is FactKind.LESSON_TOLD)
    assert fact.data["how"] == "oa_template"


async def test_when_every_road_is_closed_nobody_was_told() -> None:
    world = World(templates=ALL_ROADS)
    order = await a_taught_lesson(world)
    world.messenger.refusals = [CLOSED, Declined("push_not_following", errcode=43004)]
    await run_dry(world)
    assert await states_of(world) == ["skipped", "skipped", "skipped"]
    assert await told(world, order.no) == (None, "")
    assert not confirm_by_silence(await world.order(order.no), world.clock.at + timedelta(days=6))


async def test_a_road_given_up_after_all_its_tries_leads_to_the_next_one() -> None:
    world = World(templates=ALL_ROADS)
    order = await a_taught_lesson(world, grants=1)
    world.messenger.refusals = [REJECTED] * (1 + len(PUSH_DELAYS))
    for delay in (timedelta(0), *PUSH_DELAYS):
        world.clock.at += delay
        await deliver_due(world.ports, 10)
    (push,) = await world.deliveries(Receiver.SUBSCRIBE_MESSAGE)
    assert push.state is DeliveryState.PARKED
    assert await told(world, order.no) == (world.clock.at, "oa_message")


async def test_without_any_template_the_chat_is_the_only_road() -> None:
    world = World(templates=Templates())
    order = await a_taught_lesson(world)
    world.messenger.refusals = [CLOSED]
    await run_dry(world)
    assert await states_of(world) == ["skipped"]
    assert await told(world, order.no) == (None, "")


async def test_a_learner_without_grant_who_does_not_follow_is_told_by_nothing_but_our_pages() -> None:
    world = World(templates=ALL_ROADS)
    order = await a_taught_lesson(world, oa_openid=None)
    await run_dry(world)
    assert await states_of(world) == ["skipped"]
    await shown(world.ports, await world.order(order.no), "order_page")
    assert await told(world, order.no) == (world.clock.at, "order_page")


async def test_a_message_that_arrives_after_the_learners_word_is_not_sent() -> None:
    world = World(templates=ALL_ROADS)
    order = await a_taught_lesson(world, grants=1)
    stored = await world.order(order.no)
    before = stored.model_dump()
    confirm_lesson(stored, world.clock.at, 1, "learner", "miniprogram")
    await world.stores.orders.save(stored, before)
    await run_dry(world)
    assert world.messenger.pushes == []
    assert await world.stores.grants.left("mp-L1", TAUGHT) == 1


async def test_told_and_killed_before_it_was_written_down_it_is_told_again_and_counts_once() -> None:
    moments: tuple[tuple[int, Literal["before", "after"]], ...] = ((0, "before"), (0, "after"), (1, "before"))
    for write, moment in moments:
        world = World(templates=Templates())
        order = await a_taught_lesson(world)
        dying = Mortality(write, moment)
        with pytest.raises(Killed):
            await deliver_due(world.worker(lease=A_MOMENT, **dying.stores(world.open_stores())), 10)
        await asyncio.sleep(A_MOMENT.total_seconds())
        await run_dry(world)
        stored = await world.order(order.no)
        assert [fact.kind for fact in stored.facts].count(FactKind.LESSON_TOLD) == 1
        assert stored.lesson(1).told_at is not None


async def test_looking_again_writes_nothing() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.report(order.no, 1, 2)
    once = await w.look(order.no)
    assert [x.told_how for x in once.lessons[:3]] == ["order_page", "order_page", ""]
    w.clock.advance(hours=1)
    assert await w.look(order.no) == once
    assert (await w.order(order.no)).version == once.version
    assert list(await all_shown(w.ports, [once], "order_list")) == [once]


async def test_my_courses_in_the_chat_is_a_look_at_what_it_lists() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.report(order.no, 1)
    await courses_of(w.ports, w.learner.id)
    assert (await w.order(order.no)).lesson(1).told_how == "chat"


async def test_a_look_works_though_the_order_is_too_busy_to_be_written() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.report(order.no, 1)
    seen = await w.order(order.no)

    class Busy:
        def __getattr__(self, name: str) -> object:
            raise Conflict("too_busy", order_no=order.no)

    assert await shown(w.worker(orders=Busy()), seen, "order_page") == seen
    assert (await w.order(order.no)).lesson(1).told_at is None


async def test_a_whole_course_passes_in_silence_and_is_charged_only_when_every_window_and_lead_has_passed() -> None:
    w = await school_world(policy=Policy(reports=ANY_REPORTS))
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.report(order.no, 1, 2, 3, 4)
    await w.live(days=6, hours=23)
    assert (await w.order(order.no)).owed_fen == 0
    await w.live(hours=2)
    order = await w.order(order.no)
    assert {x.state for x in order.lessons} == {LessonState.CONFIRMED}
    assert {x.confirmation.how for x in order.lessons if x.confirmation} == {"silence_untold"}
    await w.live(days=6, hours=22)
    assert w.wechat.waiting_for_money() == []
    await w.live(hours=2)
    assert w.wechat.waiting_for_money() == [order.charges[0].no]


async def test_a_course_over_is_announced_by_a_look_and_charged_a_day_later() -> None:
    w = await school_world(policy=Policy(reports=ANY_REPORTS), lease=NO_LEASE)
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.report(order.no, 1, 2, 3, 4)
    await w.look(order.no)
    await w.live(days=2, minutes=1)
    order = await w.look(order.no)
    known = order.charges[0].announcement
    assert known is not None
    assert (known.amount_fen, known.not_before) == (3600, w.clock.at + timedelta(days=1))
    await w.live(hours=23, minutes=59)
    assert w.wechat.waiting_for_money() == []
    await w.live(minutes=2)
    assert w.wechat.waiting_for_money() == [order.charges[0].no]
    assert order.course.institution_id == SCHOOL
