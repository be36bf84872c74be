"""The Mini Program's door: push grants are counted once, and nothing is said back."""

import asyncio
from datetime import timedelta

import pytest

from jobs.runs import sweep_grants
from models.messages import Grant, Incoming, IncomingKind
from services.push_grants import INBOX_KIND
from tests.fakes.world import World
from tests.handlers.oa_door import GOOD, event, open_door, said


def _allowed(*words: str) -> Incoming:
    grants = tuple(Grant(template_id="tmpl-charged", status=word) for word in words)
    return event(IncomingKind.SUBSCRIBE_GRANTS, "mp-L1", grants=grants)


async def _left(world: World) -> int:
    return await world.stores.grants.left("mp-L1", "tmpl-charged")


async def test_the_consoles_address_check_gets_its_echo_bare(world: World) -> None:
    async with (
        open_door(world.ports, app_name="miniprogram") as door,
        door.session.get(door.url, params=GOOD | {"echostr": "4375120948345356249"}) as response,
    ):
        assert await response.text() == "4375120948345356249"


async def test_the_same_accept_three_times_at_once_is_one_grant(any_world: World) -> None:
    message = _allowed("accept")
    async with open_door(any_world.ports, app_name="miniprogram") as door:
        assert await asyncio.gather(*(door.push(message) for _ in range(3))) == ["success"] * 3
    assert await _left(any_world) == 1


async def test_accepts_add_up_a_reject_clears_them_and_reports_of_sends_change_nothing(world: World) -> None:
    counts = []
    async with open_door(world.ports, app_name="miniprogram") as door:
        for word in ("accept", "accept", "sent", "failed", "reject", "accept"):
            await door.push(_allowed(word))
            counts.append(await _left(world))
    assert counts == [1, 2, 2, 2, 0, 1]


async def test_grants_begun_by_a_process_that_died_are_counted_later(any_world: World) -> None:
    message = _allowed("accept")
    await any_world.stores.inbox.begin(message.key, INBOX_KIND, message.model_dump_json(), timedelta(0))
    assert await sweep_grants(any_world.ports, 10) == 1
    assert await sweep_grants(any_world.ports, 10) == 0
    assert await _left(any_world) == 1


async def test_what_people_write_there_is_only_acknowledged(world: World) -> None:
    async with open_door(world.ports, app_name="miniprogram") as door:
        assert await door.push(said("确认第3节", "mp-L1")) == "success"
    assert world.messenger.texts == []


@pytest.mark.parametrize("query", [{"signature": "bad"}, {}])
async def test_a_wrong_signature_is_turned_away(world: World, query: dict[str, str]) -> None:
    message = _allowed("accept")
    async with (
        open_door(world.ports, app_name="miniprogram") as door,
        door.session.post(door.url, params=query, data=message.model_dump_json()) as response,
    ):
        assert response.status == 401
    assert await _left(world) == 0
