"""One seed from beginning to end: take every step, check after each, let all come to rest, and report how it went."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientError, ClientSession

from lab.chaos import quiescence
from lab.chaos.actors import MERCHANTS, set_up
from lab.chaos.context import BrokenError, Context
from lab.chaos.invariants import final_violations, violations
from lab.chaos.report import Report, histories
from lab.chaos.steps import take
from lab.chaos.workload import Draws, Workload, draw_workload
from lab.rig.http import HttpError
from lab.rig.logs import ErrorLog
from lab.rig.processes import Running
from lab.rig.rig import Rig, open_rig
from lab.rig.simulator import new_world

BEGINS_AT = "2031-03-03T01:00:00Z"
"""In the future of whoever runs this: expiry indexes run on real time and must not sweep a world's sessions."""

LEASE_S = 2
Say = Callable[[str], None]


async def run_seed(simulator: Running, mongo_uri: str, directory: Path, seed: int, steps: int, say: Say) -> Report:
    """Run one seed in a simulated world and a database of its own; an error in any process's log fails it too."""
    report, started = Report(seed, steps), time.monotonic()
    logs = [ErrorLog(simulator.log), ErrorLog(directory / "server.log")]
    async with _fresh_rig(simulator, mongo_uri, directory, seed) as rig:
        await _run(rig, draw_workload(seed, steps), report, say)
    report.problems += (entry for log in logs for entry in log.entries())
    report.seconds = time.monotonic() - started
    return report


@asynccontextmanager
async def _fresh_rig(simulator: Running, mongo_uri: str, directory: Path, seed: int) -> AsyncIterator[Rig]:
    name = f"seed-{seed}-{time.time_ns()}"
    async with (
        ClientSession() as session,
        new_world(session, simulator.address, name, seed=seed, running=False, start=BEGINS_AT) as world,
        open_rig(
            directory,
            simulator_address=world,
            mongo_uri=mongo_uri,
            database=name.replace("-", "_"),
            lease_s=LEASE_S,
            merchant_ids=MERCHANTS[seed % len(MERCHANTS)],
        ) as rig,
    ):
        yield rig


async def _run(rig: Rig, workload: Workload, report: Report, say: Say) -> None:
    context = await set_up(rig, Draws(workload.setup))
    try:
        if await _take_steps(context, workload, report, say):
            await _come_to_rest(context, report)
    except (HttpError, ClientError, BrokenError) as broken:
        report.problems.append(f"{type(broken).__name__}: {broken}")
    report.histories = await histories(context, report.problems)
    report.kills = context.kills
    report.faults += await _faults_fired(rig)


async def _take_steps(context: Context, workload: Workload, report: Report, say: Say) -> bool:
    seen = await context.observe()
    for step in workload.steps:
        line = f"#{step.number} {step.kind}"
        try:
            line += f": {await take(context, step.kind, Draws(step.numbers))}"
        finally:
            report.trace.append(line)
            say(line)
        before, seen = seen.orders, await context.observe()
        report.problems += violations(seen, before, context.ended_for)
        if report.problems:
            return False
    return True


async def _come_to_rest(context: Context, report: Report) -> None:
    report.faults = await _faults_fired(context.rig)
    before = context.orders
    seen = await quiescence.heal(context)
    report.problems += violations(seen, before, context.ended_for)
    before, seen = seen.orders, await quiescence.close(context)
    report.problems += violations(seen, before, context.ended_for)
    report.problems += final_violations(seen, context.lowered)
    report.count(seen)


async def _faults_fired(rig: Rig) -> int:
    faults = (await rig.simulator.call("GET", "/faults"))["faults"]
    return sum(fault["fired"] for fault in faults)
