"""The same seed tells the same story; a stopped simulator goes on where it was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from merchant_client import Control, PayClient
from plan_steps import Course
from receiver import Receiver
from school import School
from wechat_simulator.keys import KeyRing
from wechat_simulator.server import Simulator
from wechat_simulator.state import StateFolder

if TYPE_CHECKING:
    from pathlib import Path

START = "2025-09-01T00:00:00Z"


async def open_school(control: Control, pay: PayClient, receiver: Receiver) -> School:
    school = School(control, pay, receiver)
    user = await control.user()
    await school.authorize(user)
    number = (await school.open_order(user))["out_order_no"]
    await school.complete(number)
    await school.open_order(user)
    course = Course(school, user, [(200, 150), (200, 150)])
    await course.sign()
    await course.begin(1)
    return school


async def told(keys: KeyRing, seed: int) -> Any:
    async with Simulator(keys=keys) as sim, Control(sim.url) as outer:
        wish = {"name": "story", "seed": seed, "start": START, "running": False}
        opened = await outer.post("/_sim/worlds", wish)
        async with Control(opened["url"]) as control:
            credentials = await control.get("/_sim/credentials")
            async with PayClient(control, credentials, "1900000001") as pay, Receiver(pay) as got:
                await open_school(control, pay, got)
                await control.advance(10)
                text = str(await control.get("/_sim/world"))
                return re.sub(r"127\.0\.0\.1:\d+", "receiver", text)


async def test_the_same_seed_tells_the_same_story(keys: KeyRing) -> None:
    first, second, other = await told(keys, 7), await told(keys, 7), await told(keys, 8)
    assert first == second
    assert first != other


async def test_a_stopped_simulator_goes_on_where_it_was(tmp_path: Path) -> None:
    async with Simulator(state=StateFolder(tmp_path)) as sim, Control(sim.url) as control:
        await control.post("/_sim/clock", {"running": False})
        credentials = await control.get("/_sim/credentials")
        async with PayClient(control, credentials, "1900000001") as pay, Receiver(pay) as got:
            await open_school(control, pay, got)
            before = await control.get("/_sim/world")
    async with Simulator(state=StateFolder(tmp_path)) as sim, Control(sim.url) as control:
        assert await control.get("/_sim/world") == before
        assert await control.get("/_sim/credentials") == credentials
        async with PayClient(control, credentials, "1900000001") as pay, Receiver(pay) as got:
            school = School(control, pay, got)
            await control.advance(5)
            entries = await school.entries()
            assert [entry["amount_fen"] for entry in entries] == [9900]
            assert (await school.query("LSN-000002"))["state"] == "DONE"


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
