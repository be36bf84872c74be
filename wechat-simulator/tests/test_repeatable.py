"""The same seed tells the same story; a stopped simulator goes on where it was."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import aiohttp

from merchant_client import Control, PayClient
from receiver import Receiver
from school import School
from shop import Shop
from story import conversation, everything
from wechat_simulator.keys import KeyRing
from wechat_simulator.server import Simulator
from wechat_simulator.state import StateFolder

if TYPE_CHECKING:
    from pathlib import Path

START = "2025-09-01T00:00:00Z"
UNTOUCHED = {"accounts", "bills", "weixin_robots", "weixin_busy"}  # by this story


async def played(sim: Simulator, control: Control) -> Any:
    """Play everything; return the whole world, callback ports left out."""
    credentials = await control.get("/_sim/credentials")
    async with PayClient(control, credentials, "1900000001") as pay, Receiver(pay) as receiver:
        school = School(control, pay, receiver)
        await everything(school, Shop(pay, receiver.url, sim.worlds.named("default")))
        await conversation(school)
        await school.open_order(await learner(school))
        return await shown(control)


async def learner(school: School) -> Any:
    user = await school.control.user()
    await school.authorize(user)
    return user


async def shown(control: Control) -> Any:
    text = json.dumps(await control.get("/_sim/world"), sort_keys=True)
    return json.loads(re.sub(r"127\.0\.0\.1:\d+", "receiver", text))


async def told(keys: KeyRing, seed: int) -> Any:
    async with Simulator(keys=keys) as sim, Control(sim.url) as outer:
        wish = {"name": "story", "seed": seed, "start": START, "running": False}
        opened = await outer.post("/_sim/worlds", wish)
        async with Control(opened["url"]) as control:
            return await played(sim, control)


async def test_the_same_seed_tells_the_same_story(keys: KeyRing) -> None:
    first, second, other = await told(keys, 7), await told(keys, 7), await told(keys, 8)
    assert first == second
    assert first["parts"]["users"] != other["parts"]["users"]


async def test_a_stopped_simulator_goes_on_where_it_was(tmp_path: Path) -> None:
    async with Simulator(state=StateFolder(tmp_path)) as sim, Control(sim.url) as control:
        await control.post("/_sim/clock", {"running": False})
        fresh = await shown(control)
        before = await played(sim, control)
        parts = before["parts"]
        assert {name for name in parts if parts[name] == fresh["parts"][name]} == UNTOUCHED
        credentials = await control.get("/_sim/credentials")
    async with Simulator(state=StateFolder(tmp_path)) as sim, Control(sim.url) as control:
        assert await shown(control) == before
        assert await control.get("/_sim/credentials") == credentials
        log = (await control.get("/_sim/requests"))["requests"]
        assert len(log) == len(parts["requests"]["entries"]) >= 20
        async with PayClient(control, credentials, "1900000001") as pay, Receiver(pay) as receiver:
            school = School(control, pay, receiver)
            number = parts["payscore"]["unfinished"]["u3"][0].partition("|")[2]
            await school.complete(number)
            await control.advance(7)
            assert (await school.query(number))["state"] == "DONE"


async def test_a_reset_after_a_restart_begins_where_the_world_began(tmp_path: Path) -> None:
    wish = {"name": "story", "seed": 7, "start": START, "running": False}
    header = {"X-Sim-World": "story"}
    async with Simulator(state=StateFolder(tmp_path)) as sim, Control(sim.url) as control:
        control.url = (await control.post("/_sim/worlds", wish))["url"]
        await control.advance(86_400)
    async with Simulator(state=StateFolder(tmp_path)) as sim, aiohttp.ClientSession() as http:
        for path, now in (("clock", "2025-09-02"), ("reset", ""), ("clock", "2025-09-01")):
            method = "POST" if path == "reset" else "GET"
            url = f"{sim.url}/_sim/{path}"
            async with http.request(method, url, headers=header, json={}) as answer:
                assert str((await answer.json()).get("now", "")).startswith(now)


async def test_saved_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    async with Simulator(state=StateFolder(tmp_path)):
        pass
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0


async def test_a_world_shows_all_of_itself(control: Control) -> None:
    shown = await control.get("/_sim/world")
    assert {"accounts", "users", "payscore", "notices", "ledger", "faults", "switches"} <= set(
        shown["parts"]
    )
    assert shown["running"] is False
