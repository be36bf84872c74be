"""The Official Account's door: one effect a message, one reply a message, in five seconds or by another road."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import ClientTimeout
from structlog.testing import capture_logs

from handlers.bot.answering import take_up_unfinished
from lab.rig.orders import EVEN, in_training, teach
from models.errors import Declined, OutsideFailure
from models.inbox import InboxState
from models.messages import Incoming, IncomingKind
from services.conversations import INBOX_KIND
from services.ports import Ports
from tests.fakes.examples import a_learner
from tests.fakes.interrupting import Interrupting
from tests.fakes.world import World
from tests.handlers.oa_door import GOOD, event, open_door, said

CONFIRMED = "《思维训练课》第3节已确认"
ORDER = "X20260302AAAAAAAAAAAA"


async def _taught(world: World) -> None:
    """Have one learner whose lessons 1 to 3 wait for their word."""
    order = in_training(prices=EVEN, no=ORDER)
    teach(order, 1, 2, 3)
    await world.know(a_learner(), order)


async def _confirmations(world: World) -> list[int | None]:
    return [fact.lesson_n for fact in (await world.order(ORDER)).facts if fact.kind == "lesson_confirmed"]


async def _inbox(world: World, message: Incoming) -> InboxState:
    return await world.stores.inbox.begin(message.key, INBOX_KIND, "", timedelta(minutes=1))


async def _abandoned(world: World, message: Incoming) -> None:
    """Have a process that began this message and died long ago."""
    await world.stores.inbox.begin(message.key, INBOX_KIND, message.model_dump_json(), timedelta(0))


class Gate:
    """Holds the bot up where it reads orders, until it is opened."""

    def __init__(self, world: World) -> None:
        self._open = asyncio.Event()
        self.ports: Ports = world.worker(orders=Interrupting(world.stores.orders, "of_learner", before=self._open.wait))

    def open(self) -> None:
        self._open.set()


async def _break() -> None:
    raise RuntimeError("a fault of ours")


def _broken(world: World) -> Ports:
    return world.worker(orders=Interrupting(world.stores.orders, "of_learner", before=_break))


async def test_the_consoles_address_check_gets_its_echo_bare(world: World) -> None:
    async with (
        open_door(world.ports) as door,
        door.session.get(door.url, params=GOOD | {"echostr": "4375120948345356249"}) as response,
    ):
        assert (response.status, response.content_type) == (200, "text/plain")
        assert await response.text() == "4375120948345356249"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_wrong_signature_is_turned_away_and_nothing_is_written(world: World, method: str) -> None:
    await _taught(world)
    message = said("确认第3节")
    query = {"signature": "bad", "echostr": "1"}
    async with (
        open_door(world.ports) as door,
        door.session.request(method, door.url, params=query, data=message.model_dump_json()) as response,
    ):
        assert response.status == 401
    assert await _inbox(world, message) is InboxState.NEW
    assert await _confirmations(world) == []


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_above_64_kilobytes_is_turned_away(world: World, *, chunked: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(65):
            yield b"x" * 1024

    async with (
        open_door(world.ports) as door,
        door.session.post(door.url, params=GOOD, data=pieces() if chunked else b"x" * 65 * 1024) as response,
    ):
        assert response.status == 413


async def test_without_an_official_account_there_is_no_door(world: World) -> None:
    async with open_door(world.worker(oa_door=None)) as door, door.session.get(door.url, params=GOOD) as response:
        assert response.status == 404


@pytest.mark.parametrize("handler_cancellation", [False, True])
async def test_an_answer_in_time_is_the_passive_reply_and_nothing_else(
    world: World, *, handler_cancellation: bool
) -> None:
    await _taught(world)
    message = said("确认第3节")
    async with open_door(world.ports, handler_cancellation=handler_cancellation) as door:
        assert (await door.push(message)).startswith(CONFIRMED)
    assert await _confirmations(world) == [3]
    assert world.messenger.texts == []
    assert await _inbox(world, message) is InboxState.DONE


async def test_the_same_message_three_times_at_once_has_one_effect_and_one_reply(any_world: World) -> None:
    await _taught(any_world)
    message = said("确认第3节")
    async with open_door(any_world.ports) as door:
        answers = await asyncio.gather(*(door.push(message) for _ in range(3)))
    assert sorted(answers)[:2] == ["success", "success"]
    assert sorted(answers)[2].startswith(CONFIRMED)
    assert await _confirmations(any_world) == [3]
    assert any_world.messenger.texts == []


async def test_a_message_sent_again_after_it_was_answered_is_only_acknowledged(world: World) -> None:
    await _taught(world)
    message = said("我的课程")
    async with open_door(world.ports) as door:
        await door.push(message)
        assert await door.push(message) == "success"
    assert world.messenger.texts == []


@pytest.mark.parametrize("handler_cancellation", [False, True])
async def test_a_late_answer_is_success_now_and_one_customer_message_later(
    any_world: World, *, handler_cancellation: bool
) -> None:
    await _taught(any_world)
    message, gate = said("确认第3节"), Gate(any_world)
    async with open_door(gate.ports, budget_s=0.05, handler_cancellation=handler_cancellation) as door:
        assert await door.push(message) == "success"
        assert await door.push(message) == "success"
        assert any_world.messenger.texts == []
        gate.open()
        await door.settle()
        assert await door.push(message) == "success"
    ((openid, text),) = any_world.messenger.texts
    assert openid == "oa-1"
    assert text.startswith(CONFIRMED)
    assert await _confirmations(any_world) == [3]


@pytest.mark.parametrize("handler_cancellation", [False, True])
async def test_when_wechat_hangs_up_the_work_goes_on_and_the_answer_is_one_customer_message(
    world: World, *, handler_cancellation: bool
) -> None:
    await _taught(world)
    message, gate = said("确认第3节"), Gate(world)
    async with open_door(gate.ports, budget_s=30, handler_cancellation=handler_cancellation) as door:
        with pytest.raises(TimeoutError):
            async with door.session.post(
                door.url, params=GOOD, data=message.model_dump_json(), timeout=ClientTimeout(total=0.2)
            ):
                pass
        assert await door.push(message) == "success"
        gate.open()
        while not world.messenger.texts:
            await asyncio.sleep(0.01)
        await door.settle()
    assert [text.startswith(CONFIRMED) for _, text in world.messenger.texts] == [True]
    assert await _confirmations(world) == [3]


@pytest.mark.parametrize("refusal", [Declined("push_window_closed"), OutsideFailure("wechat_silent")])
async def test_a_late_answer_wechat_does_not_take_is_logged_and_not_repeated(
    world: World, refusal: Declined | OutsideFailure
) -> None:
    await _taught(world)
    world.messenger.refusals = [refusal]
    message, gate = said("确认第3节"), Gate(world)
    with capture_logs() as logs:
        async with open_door(gate.ports, budget_s=0.05) as door:
            await door.push(message)
            gate.open()
            await door.settle()
    assert [(line["action"], line["key"], line["code"]) for line in logs] == [
        ("oa.late_reply_lost", message.key, refusal.code)
    ]
    assert await _inbox(world, message) is InboxState.DONE


async def test_what_breaks_is_acknowledged_logged_with_its_key_and_apologised_for(world: World) -> None:
    await _taught(world)
    message = said("my courses")
    with capture_logs() as logs:
        async with open_door(_broken(world)) as door:
            assert await door.push(message) == "success"
            await door.settle()
            assert await door.push(message) == "success"
    assert [(line["action"], line["key"]) for line in logs] == [("oa.failed", message.key)]
    ((_, text),) = world.messenger.texts
    assert text.startswith("Sorry, something went wrong")


async def test_what_breaks_late_is_apologised_for_once(world: World) -> None:
    await _taught(world)
    gate = Gate(world)
    broken = world.worker(orders=Interrupting(gate.ports.orders, "save", before=_break))
    with capture_logs():
        async with open_door(broken, budget_s=0.05) as door:
            assert await door.push(said("确认第3节")) == "success"
            gate.open()
            await door.settle()
    assert len(world.messenger.texts) == 1
    assert await _confirmations(world) == []


async def test_an_event_that_breaks_is_not_apologised_for(world: World) -> None:
    conversations = Interrupting(world.stores.conversations, "recall", before=_break)
    with capture_logs():
        async with open_door(world.worker(conversations=conversations)) as door:
            assert await door.push(event(IncomingKind.UNFOLLOW)) == "success"
    assert world.messenger.texts == []


async def test_a_message_whose_process_died_is_taken_up_and_answered_late_once(any_world: World) -> None:
    await _taught(any_world)
    message = said("确认第3节")
    await _abandoned(any_world, message)
    assert await take_up_unfinished(any_world.ports, 10) == 1
    assert await take_up_unfinished(any_world.ports, 10) == 0
    assert [text.startswith(CONFIRMED) for _, text in any_world.messenger.texts] == [True]
    async with open_door(any_world.ports) as door:
        assert await door.push(message) == "success"
    assert await _confirmations(any_world) == [3]


async def test_two_workers_taking_up_the_same_message_answer_it_once(any_world: World) -> None:
    await _taught(any_world)
    await _abandoned(any_world, said("确认第3节"))
    await asyncio.gather(*(take_up_unfinished(any_world.worker(), 10) for _ in range(5)))
    assert len(any_world.messenger.texts) == 1
    assert await _confirmations(any_world) == [3]


async def test_an_abandoned_message_that_wechat_sends_again_is_answered(world: World) -> None:
    await _taught(world)
    message = said("确认第3节")
    await _abandoned(world, message)
    async with open_door(world.ports) as door:
        assert (await door.push(message)).startswith(CONFIRMED)


async def test_five_different_messages_at_once_are_five_answers(any_world: World) -> None:
    await _taught(any_world)
    async with open_door(any_world.ports) as door:
        answers = await asyncio.gather(*(door.push(said(f"确认第{n}节")) for n in (1, 2, 3, 1, 2)))
    assert all("已确认" in answer for answer in answers)
    assert sorted(n or 0 for n in await _confirmations(any_world)) == [1, 2, 3]
