"""One seed from beginning to end: perform every step, check after each, close, and say how it went."""

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientError, ClientSession

from lab.chaos import closing
from lab.chaos.acts import perform
from lab.chaos.cast import MERCHANTS, assemble
from lab.chaos.checks import TAKEN, closing_problems, problems
from lab.chaos.scene import BrokenError, Scene, Sight
from lab.chaos.script import Dice, Script, write_script
from lab.rig.http import HttpError, call
from lab.rig.rig import Rig, open_rig

BEGINS_AT = "2031-03-03T01:00:00Z"
"""In the future of whoever runs this: expiry indexes run on real time and must not sweep a world's sessions."""

CRASHES = frozenset({"http.crash", "job.crash", "job.item_crash", "message.crash"})
LEASE_S = 2


@dataclass
class Played:
    """How a seed went."""

    seed: int
    steps: int
    trace: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    orders: dict[str, int] = field(default_factory=dict)
    charges: int = 0
    taken_fen: int = 0
    refunded_fen: int = 0
    ours_fen: int = 0
    faults: int = 0
    kills: int = 0
    seconds: float = 0


async def play(
    simulator: str, mongo_uri: str, directory: Path, seed: int, steps: int, say: Callable[[str], None]
) -> Played:
    """Play one seed in a world and a database of its own."""
    script, played, started = write_script(seed, steps), Played(seed, steps), time.monotonic()
    name = f"seed-{seed}-{time.time_ns()}"
    wish = {"name": name, "seed": seed, "running": False, "start": BEGINS_AT}
    async with ClientSession() as session:
        world = await call(session, "POST", f"{simulator}/_sim/worlds", wish)
        try:
            async with open_rig(
                directory,
                simulator_address=str(world["url"]),
                mongo_uri=mongo_uri,
                database=f"world_{name.replace('-', '_')}",
                lease_s=LEASE_S,
                merchant_ids=MERCHANTS[seed % len(MERCHANTS)],
            ) as rig:
                await _on_stage(rig, script, played, say)
        finally:
            await call(session, "DELETE", f"{simulator}/_sim/worlds/{name}")
    played.seconds = time.monotonic() - started
    return played


async def _on_stage(rig: Rig, script: Script, played: Played, say: Callable[[str], None]) -> None:
    scene = await assemble(rig, Dice(script.cast))
    try:
        if await _steps(scene, script, played, say):
            await _close(scene, played)
    except (HttpError, ClientError, BrokenError) as broken:
        played.problems.append(f"{type(broken).__name__}: {broken}")
    played.stories = await _stories(scene, played.problems)
    played.problems += _crashes(rig.directory / "server.log")
    played.kills = scene.kills
    faults = (await rig.simulator.call("GET", "/faults"))["faults"]
    played.faults += sum(fault["fired"] for fault in faults)


async def _steps(scene: Scene, script: Script, played: Played, say: Callable[[str], None]) -> bool:
    sight = await scene.look()
    for step in script.steps:
        line = f"#{step.number} {step.kind}"
        try:
            line += f": {await perform(scene, step.kind, Dice(step.throws))}"
        finally:
            played.trace.append(line)
            say(line)
        before, sight = sight.orders, await scene.look()
        played.problems += problems(sight, before, scene.ended_for)
        if played.problems:
            return False
    return True


async def _close(scene: Scene, played: Played) -> None:
    faults = (await scene.rig.simulator.call("GET", "/faults"))["faults"]
    played.faults = sum(fault["fired"] for fault in faults)
    before = scene.orders
    sight = await closing.heal(scene)
    played.problems += problems(sight, before, scene.ended_for)
    before, sight = sight.orders, await closing.close(scene)
    played.problems += problems(sight, before, scene.ended_for)
    played.problems += closing_problems(sight, scene.lowered)
    _count(sight, played)


async def _stories(scene: Scene, problems: list[str]) -> list[str]:
    """Tell the whole story of every order a problem names."""
    told: list[str] = []
    for order in scene.orders.values():
        if not any(order["no"] in problem for problem in problems):
            continue
        told.append(f"{order['no']} is {order['state']}, parked: {order['parked']}, ended at {order['ended_at']}")
        told += (f"  lesson {x['n']} {x['state']} {x['taught_at']}" for x in order["lessons"])
        told += (f"  charge {x['no']} {x['state']} {x['charged_fen']}/{x['asked_fen']}" for x in order["charges"])
        timeline = await scene.school(order).call("GET", f"/orders/{order['no']}/timeline")
        told += (f"  {x['at']} {x['kind']} {x['lesson']} {x['amount_fen']} {x['text']}" for x in timeline["entries"])
    told += [line for problem in problems if "no charge" in problem for line in await _search(scene, problem)]
    return told


async def _search(scene: Scene, problem: str) -> list[str]:
    """Ask every institution for an order that the lists did not show."""
    no = problem.split(":", maxsplit=1)[0].rpartition("-")[0]
    found = [f"{no} is in nobody's list; {len(scene.orders)} orders are"]
    for institution_id in scene.rig.keys:
        try:
            order = await scene.rig.school(institution_id).call("GET", f"/orders/{no}")
            found.append(f"  {institution_id}: {order['state']} placed at {order['placed_at']}")
        except HttpError as error:
            found.append(f"  {institution_id}: {error.code}")
    return found


def _count(sight: Sight, played: Played) -> None:
    moved = [entry for entry in sight.later if entry["kind"] in TAKEN]
    played.orders = dict(Counter(order["state"] for order in sight.orders.values()))
    played.charges = len(moved)
    played.taken_fen = sum(entry["amount_fen"] for entry in moved)
    played.refunded_fen = sum(entry["amount_fen"] for entry in sight.later if entry["kind"] == "refund")
    outside = sum(entry["amount_fen"] for entry in sight.later if entry["kind"] == "sync")
    played.ours_fen = sum(order["paid_fen"] - order["refunded_fen"] for order in sight.orders.values()) - outside


def _crashes(log: Path) -> list[str]:
    """Find what our server itself calls unforeseen."""
    found = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if said.get("action") in CRASHES:
            found.append(f"server log: {said.get('event')} {said.get('item', '')} {said.get('exception', '')[-1500:]}")
    return found[:3]
