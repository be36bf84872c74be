"""Jobs keep their pace whatever happens to the wall clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from jobs.scheduler import Job, Jobs
from services.ports import Ports
from tests.fakes.world import World

TICK_S = 0.01
A_WHILE_S = 20 * TICK_S


class MovedWallClock(tzinfo):
    """UTC as a machine tells it whose clock somebody moves."""

    def __init__(self) -> None:
        self.moved_by = timedelta(0)

    def fromutc(self, dt: datetime) -> datetime:
        return dt + self.moved_by

    def utcoffset(self, _: datetime | None) -> timedelta:
        return timedelta(0)

    def dst(self, _: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, _: datetime | None) -> str:
        return "UTC"


class Counting:
    """A job that counts its runs."""

    def __init__(self) -> None:
        self.runs = 0

    async def run(self, _: Ports, __: int) -> int:
        self.runs += 1
        return 0


@asynccontextmanager
async def ticking(world: World, wall_clock: tzinfo, *jobs: Job) -> AsyncIterator[Jobs]:
    running = Jobs(world.ports, jobs, tick_s=TICK_S, wall_clock=wall_clock)
    running.start()
    yield running
    await running.stop()


async def until_runs(counting: Counting, more: int) -> None:
    wanted = counting.runs + more
    async with asyncio.timeout(10):
        while counting.runs < wanted:
            await asyncio.sleep(TICK_S)


def test_the_moved_clock_is_what_the_scheduler_would_see() -> None:
    clock = MovedWallClock()
    clock.moved_by = timedelta(hours=-1)
    assert timedelta(minutes=59) < datetime.now(UTC) - datetime.now(clock) < timedelta(minutes=61)


@pytest.mark.parametrize("moved_by", [timedelta(hours=-1), timedelta(days=-400), timedelta(days=4000)])
async def test_a_wall_clock_that_jumps_changes_no_pace(world: World, moved_by: timedelta) -> None:
    clock, counting = MovedWallClock(), Counting()
    async with ticking(world, clock, Job("counting", counting.run, timedelta(0))):
        await until_runs(counting, 3)
        clock.moved_by = moved_by
        await until_runs(counting, 5)
        clock.moved_by = timedelta(0)
        await until_runs(counting, 5)


async def test_a_jump_ahead_makes_up_for_no_tick_it_skipped(world: World) -> None:
    clock, counting = MovedWallClock(), Counting()
    async with ticking(world, clock, Job("counting", counting.run, timedelta(hours=1))):
        await asyncio.sleep(A_WHILE_S)
        clock.moved_by = timedelta(days=4000)
        await asyncio.sleep(A_WHILE_S)
    assert counting.runs == 1


async def test_a_job_that_still_runs_is_not_begun_again(world: World) -> None:
    side_by_side, most = 0, 0

    async def slow(_: Ports, __: int) -> int:
        nonlocal side_by_side, most
        side_by_side += 1
        most = max(most, side_by_side)
        await asyncio.sleep(5 * TICK_S)
        side_by_side -= 1
        return 0

    async with ticking(world, UTC, Job("slow", slow, timedelta(0))):
        await asyncio.sleep(A_WHILE_S)
    assert (side_by_side, most) == (0, 1)


async def test_stopped_it_ticks_no_more(world: World) -> None:
    counting = Counting()
    async with ticking(world, UTC, Job("counting", counting.run, timedelta(0))):
        await until_runs(counting, 2)
    ran = counting.runs
    await asyncio.sleep(A_WHILE_S)
    assert counting.runs == ran
