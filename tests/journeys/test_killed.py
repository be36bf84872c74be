"""kill -9 after every single write of ordering, settling and notice handling: the end is the same, charged once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from aiohttp import ClientError

from lab.rig.http import HttpError
from lab.rig.processes import StartError
from lab.rig.product import MiniProgram
from lab.rig.rig import Rig, open_rig
from lab.rig.waiting import until
from tests.journeys.mongo_proxy import MongoProxy

WATCHED = frozenset({"orders", "inbox", "authorizations"})
COURSE, SCHOOL = "wandou-thinking-20", "wandou"
Got = TypeVar("Got")


class Killer:
    """Kills the server after each watched write of a kind it has not died after before."""

    def __init__(self) -> None:
        self.rig: Rig | None = None
        self.armed = False
        self.kills: list[str] = []
        self._lock = asyncio.Lock()

    async def after_write(self, collection: str, command: dict[str, Any]) -> None:
        """Kill the server between this write and whatever it would do next."""
        if self.rig is None or not self.armed or collection not in WATCHED or _is_claim(command):
            return
        async with self._lock:
            point = _point(collection, command)
            if point not in self.kills and self.rig.server.process.returncode is None:
                self.kills.append(point)
                await self.rig.server.kill()


def _point(collection: str, command: dict[str, Any]) -> str:
    """Name a write by what it changes; the same step tried again, or a notice begun again, is the same point."""
    fields = _written(command)
    states = sorted(f"{path} {value}" for path, value in fields.items() if path.rpartition(".")[2] == "state")
    if states or "fact_count" in fields:
        return f"{collection} {states} after {fields.get('fact_count', 'the same')} facts"
    paths = sorted(path for path in fields if path != "version" and not path.startswith("agenda."))
    return f"{command['command']} {collection} {paths}"


def _written(command: dict[str, Any]) -> dict[str, Any]:
    """Return what a write sets, by path: in an update of the document, or in the stages of a pipeline."""
    changes = [document.get("u") for document in command["documents"]] or [command.get("update")]
    stages = [stage for change in changes[:1] for stage in (change if isinstance(change, list) else [change or {}])]
    return {path: value for stage in stages for path, value in stage.get("$set", {}).items()}


def _is_claim(command: dict[str, Any]) -> bool:
    """Claims and their release change no state of ours, and happen at every tick."""
    fields = _written(command)
    return command["command"] == "update" and all(path.startswith("claims.") or path == "stuck" for path in fields)


@pytest.mark.timeout(300)  # some fifteen starts of a server
async def test_killed_after_every_write_it_ends_the_same(simulated_world: str, mongo_uri: str, tmp_path: Path) -> None:
    killer = Killer()
    target = urlsplit(mongo_uri)
    async with (
        MongoProxy(target.hostname or "", target.port or 0, killer.after_write) as proxy,
        open_rig(
            tmp_path,
            simulator_address=simulated_world,
            mongo_uri=f"mongodb://127.0.0.1:{proxy.port}/?directConnection=true",
            database=f"killed_{uuid4().hex[:12]}",
            lease_s=1,
        ) as rig,
    ):
        killer.rig = rig
        reviver = asyncio.create_task(_revive(rig))
        try:
            order_no = await _order_to_settlement(rig, killer)
        finally:
            killer.armed = False
            await _stop_reviving(reviver, rig)
        entries = await rig.simulator.ledger()
        assert [entry["out_order_no"] for entry in entries] == [f"{order_no}-C"]
        assert len(killer.kills) >= 12, killer.kills


async def _stop_reviving(reviver: "asyncio.Task[None]", rig: Rig) -> None:
    """Let a start under way come to its end first, so that no server is left without an owner."""
    await until(_returncode(rig), lambda code: code is None, "the server is up", patience_s=60)
    reviver.cancel()
    await asyncio.gather(reviver, return_exceptions=True)


def _returncode(rig: Rig) -> Callable[[], Awaitable[int | None]]:
    async def look() -> int | None:
        return rig.server.process.returncode

    return look


async def _revive(rig: Rig) -> None:
    while True:
        await rig.server.process.wait()
        with suppress(StartError):  # it may be killed while it starts, too
            await rig.restart_server()


async def _order_to_settlement(rig: Rig, killer: Killer) -> str:
    phone = await rig.learner("小命大家长")
    killer.armed = True
    await _authorize(rig, phone)
    key = uuid4().hex
    order = await _insist(lambda: phone.place_order(COURSE, "pay_after_course", "小命大", key))
    no = str(order["no"])
    await _wait(phone, no, lambda order: order["state"] == "in_training")
    await rig.simulator.advance(days=1)
    taught_at = await rig.simulator.now()
    await _insist(lambda: rig.school(SCHOOL).report(no, 1, taught_at))
    await _insist(lambda: phone.confirm(no, 1))
    await _insist(lambda: rig.school(SCHOOL).call("POST", f"/orders/{no}/course-end"))
    await _wait(phone, no, lambda order: order["charges"][0]["announcement"] is not None)
    await rig.simulator.advance(days=1)
    await _wait(phone, no, lambda order: order["charges"][0]["state"] == "deducting")
    await rig.simulator.advance(seconds=30)
    for _ in range(10):
        settled = await phone_order(phone, no)
        if settled["state"] == "settled":
            break
        await rig.simulator.advance(seconds=60)
        await asyncio.sleep(2)
    assert settled["state"] == "settled"
    return no


async def _authorize(rig: Rig, phone: MiniProgram) -> None:
    answer = await _insist(lambda: phone.call("POST", "/authorizations", {"institution_id": SCHOOL}))
    await phone.answer_wx(answer["wx"])

    async def look() -> str:
        found = await _insist(lambda: phone.call("GET", "/authorizations"))
        if found["authorizations"][0]["state"] != "active":
            await rig.simulator.advance(seconds=20)
        return str(found["authorizations"][0]["state"])

    await until(look, lambda state: state == "active", "the permission is known", patience_s=60)


async def phone_order(phone: MiniProgram, no: str) -> Any:
    return await _insist(lambda: phone.order(no))


async def _wait(phone: MiniProgram, no: str, good: Callable[[Any], bool]) -> None:
    await until(lambda: phone_order(phone, no), good, f"order {no} goes on", patience_s=60)


async def _insist(ask: Callable[[], Awaitable[Got]]) -> Got:
    """Do what a client does when the server went away in the middle: the same again, with the same keys."""
    last: Exception | None = None
    for _ in range(600):
        try:
            return await ask()
        except HttpError as error:
            if error.status < 500:
                raise
            last = error
        except (ClientError, OSError) as gone:
            last = gone
        await asyncio.sleep(0.1)
    message = "the server never came back"
    raise AssertionError(message) from last
