"""The Official Account's door: one effect a message, one reply a message, in five seconds or by another road."""

import asyncio

import pytest
from aiohttp import ClientTimeout
from structlog.testing import capture_logs

from handlers.bot.answering import take_up_unfinished
from models.errors import Declined, OutsideFailure
from models.lesson import LessonState
from models.messages import InboxState, IncomingKind
from models.order import Order
from tests.fakes.examples import a_learner, a_signed_order, teach
from tests.fakes.reach_memory import MemoryOrders
from tests.fakes.worlds import World
from tests.handlers.oa_door import GOOD, event, open_door, said

CONFIRMED = "《思维训练课》第3节已确认"


class SlowOrders(MemoryOrders):
    """Answers only once it may; `asked` tells that somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def of_learner(self, learner_id: str, **page: object) -> list[Order]:
        self.asked.set()
        await self.may_answer.wait()
        return await super().of_learner(learner_id, **page)


class BrokenOrders(MemoryOrders):
    async def of_learner(self, learner_id: str, **page: object) -> list[Order]:
        raise RuntimeError(learner_id, page)


@pytest.fixture
def orders() -> SlowOrders:
    return SlowOrders()


async def _world(**parts: object) -> World:
    world = World(**parts)
    order = a_signed_order()
    teach(order, 1, 2, 3)
    await world.know(a_learner(), order)
    return world


def _confirmations(world: World) -> list[int | None]:
    (order,) = world.orders.kept.values()
    return [fact.lesson_n for fact in order.facts if fact.kind == "lesson_confirmed"]


async def test_the_consoles_address_check_gets_its_echo_bare() -> None:
    async with (
        open_door(World().ports()) as door,
        door.session.get(door.url, params=GOOD | {"echostr": "4375120948345356249"}) as response,
    ):
        assert (response.status, response.content_type) == (200, "text/plain")
        assert await response.text() == "4375120948345356249"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_wrong_signature_is_turned_away_and_nothing_is_written(method: str) -> None:
    world = await _world()
    query = {"signature": "bad", "echostr": "1"}
    async with (
        open_door(world.ports()) as door,
        door.session.request(method, door.url, params=query, data=said("确认第3节").model_dump_json()) as response,
    ):
        assert response.status == 401
    assert not world.inbox.kept
    assert _confirmations(world) == []


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_above_64_kilobytes_is_turned_away(*, chunked: bool) -> None:
    async def pieces() -> object:
        for _ in range(65):
            yield b"x" * 1024

    async with (
        open_door(World().ports()) as door,
        door.session.post(door.url, params=GOOD, data=pieces() if chunked else b"x" * 65 * 1024) as response,
    ):
        assert response.status == 413


async def test_without_an_official_account_there_is_no_door() -> None:
    async with open_door(World().ports(oa_door=None)) as door, door.session.get(door.url, params=GOOD) as response:
        assert response.status == 404


@pytest.mark.parametrize("handler_cancellation", [False, True])
async def test_an_answer_in_time_is_the_passive_reply_and_nothing_else(*, handler_cancellation: bool) -> None:
    world = await _world()
    async with open_door(world.ports(), handler_cancellation=handler_cancellation) as door:
        assert (await door.push(said("确认第3节"))).startswith(CONFIRMED)
    assert _confirmations(world) == [3]
    assert world.messenger.texts == []
    assert [kept[0] for kept in world.inbox.kept.values()] == [InboxState.DONE]


async def test_the_same_message_three_times_at_once_has_one_effect_and_one_reply() -> None:
    world = await _world()
    message = said("确认第3节")
    async with open_door(world.ports()) as door:
        answers = await asyncio.gather(*(door.push(message) for _ in range(3)))
    assert sorted(answers)[:2] == ["success", "success"]
    assert sorted(answers)[2].startswith(CONFIRMED)
    assert _confirmations(world) == [3]
    assert world.messenger.texts == []


async def test_a_message_sent_again_after_it_was_answered_is_only_acknowledged() -> None:
    world = await _world()
    message = said("我的课程")
    async with open_door(world.ports()) as door:
        await door.push(message)
        assert await door.push(message) == "success"
    assert world.messenger.texts == []


@pytest.mark.parametrize("handler_cancellation", [False, True])
async def test_a_late_answer_is_success_now_and_one_customer_message_later(
    orders: SlowOrders, *, handler_cancellation: bool
) -> None:
    world = await _world(orders=orders)
    message = said("确认第3节")
    async with open_door(world.ports(), budget_s=0.05, handler_cancellation=handler_cancellation) as door:
        assert await door.push(message) == "success"
        assert await door.push(message) == "success"
        assert world.messenger.texts == []
        orders.may_answer.set()
        await door.settle()
        assert await door.push(message) == "success"
    ((openid, text),) = world.messenger.texts
    assert openid == "oa-1"
    assert text.startswith(CONFIRMED)
    assert _confirmations(world) == [3]


@pytest.mark.parametrize("handler_cancellation", [False, True])
async def test_when_wechat_hangs_up_the_work_goes_on_and_the_answer_is_one_customer_message(
    orders: SlowOrders, *, handler_cancellation: bool
) -> None:
    world = await _world(orders=orders)
    message = said("确认第3节")
    async with open_door(world.ports(), budget_s=30, handler_cancellation=handler_cancellation) as door:
        with pytest.raises(TimeoutError):
            async with door.session.post(
                door.url, params=GOOD, data=message.model_dump_json(), timeout=ClientTimeout(total=0.2)
            ):
                pass
        await asyncio.sleep(0.1)  # the server has to notice
        assert await door.push(message) == "success"
        orders.may_answer.set()
        await door.settle()
        await asyncio.sleep(0.1)  # without cancellation the handler is a step behind its task
        await door.settle()
    assert [text.startswith(CONFIRMED) for _, text in world.messenger.texts] == [True]
    assert _confirmations(world) == [3]


@pytest.mark.parametrize("refusal", [Declined("push_window_closed"), OutsideFailure("wechat_silent")])
async def test_a_late_answer_wechat_does_not_take_is_logged_and_not_repeated(
    orders: SlowOrders, refusal: Declined | OutsideFailure
) -> None:
    world = await _world(orders=orders)
    world.messenger.refusals = [refusal]
    message = said("确认第3节")
    with capture_logs() as logs:
        async with open_door(world.ports(), budget_s=0.05) as door:
            await door.push(message)
            orders.may_answer.set()
            await door.settle()
    assert [(line["action"], line["key"], line["code"]) for line in logs] == [
        ("oa.late_reply_lost", message.key, refusal.code)
    ]
    assert world.inbox.kept[message.key][0] is InboxState.DONE


async def test_what_breaks_is_acknowledged_logged_with_its_key_and_apologised_for() -> None:
    world = await _world(orders=BrokenOrders())
    message = said("my courses")
    with capture_logs() as logs:
        async with open_door(world.ports()) as door:
            assert await door.push(message) == "success"
            await door.settle()
            assert await door.push(message) == "success"
    assert [(line["action"], line["key"]) for line in logs] == [("oa.failed", message.key)]
    ((_, text),) = world.messenger.texts
    assert text.startswith("Sorry, something went wrong")


async def test_what_breaks_late_is_apologised_for_once(orders: SlowOrders) -> None:
    world = await _world(orders=orders)

    async def fail(*_: object) -> None:
        raise RuntimeError

    orders.save = fail  # type: ignore[method-assign]
    async with open_door(world.ports(), budget_s=0.05) as door:
        assert await door.push(said("确认第3节")) == "success"
        orders.may_answer.set()
        await door.settle()
    assert len(world.messenger.texts) == 1


async def test_an_event_that_breaks_is_not_apologised_for() -> None:
    world = World()
    world.learners.by_oa_openid = None  # type: ignore[assignment]
    async with open_door(world.ports()) as door:
        assert await door.push(event(IncomingKind.UNFOLLOW)) == "success"
    assert world.messenger.texts == []


async def test_a_message_whose_process_died_is_taken_up_and_answered_late_once() -> None:
    world = await _world()
    message = said("确认第3节")
    await world.inbox.begin(message.key, "oa_message", message.model_dump_json(), None)
    world.inbox.abandon(message.key)
    assert await take_up_unfinished(world.ports(), 10) == 1
    assert await take_up_unfinished(world.ports(), 10) == 0
    assert [text.startswith(CONFIRMED) for _, text in world.messenger.texts] == [True]
    async with open_door(world.ports()) as door:
        assert await door.push(message) == "success"
    assert _confirmations(world) == [3]


async def test_an_abandoned_message_that_wechat_sends_again_is_answered() -> None:
    world = await _world()
    message = said("确认第3节")
    await world.inbox.begin(message.key, "oa_message", message.model_dump_json(), None)
    world.inbox.abandon(message.key)
    async with open_door(world.ports()) as door:
        assert (await door.push(message)).startswith(CONFIRMED)


async def test_five_different_messages_at_once_are_five_answers() -> None:
    world = await _world()
    async with open_door(world.ports()) as door:
        answers = await asyncio.gather(*(door.push(said(f"确认第{n}节")) for n in (1, 2, 3, 1, 2)))
    assert all("已确认" in answer for answer in answers)
    (order,) = world.orders.kept.values()
    assert [lesson.state for lesson in order.lessons[:3]] == [LessonState.CONFIRMED] * 3
    assert sorted(_confirmations(world)) == [1, 2, 3]
