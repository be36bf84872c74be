"""A process whose clock is over 30 s off MongoDB's or WeChat's knows it, does no work, and goes on by itself."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from jobs.scheduler import Job, Jobs
from models.errors import NotReady
from server.clock_watch import ClockWatch, Comparison
from services.ports import Ports
from store.database import Database, open_stored
from store.mongo import open_client
from tests.fakes.outside import START, FakeClock
from tests.fakes.world import World

OFF = timedelta(minutes=10)


class Machine:
    """A machine with its clocks, and another clock it can be compared with; every look is counted."""

    def __init__(self) -> None:
        self.passed_s = 0.0
        self.wall_s = 1_000_000.0
        self.clock = FakeClock()
        self.theirs: datetime | None = START
        self.looks = 0
        self.watch = ClockWatch(
            [Comparison("mongo", self.clock, self.look)], monotonic=lambda: self.passed_s, wall=lambda: self.wall_s
        )

    async def look(self) -> datetime | None:
        self.looks += 1
        return self.theirs

    def wait(self, seconds: float) -> None:
        self.passed_s += seconds
        self.wall_s += seconds


@pytest.mark.parametrize(
    ("ahead_s", "off"),
    [(0, set()), (30, set()), (-30, set()), (31, {"mongo"}), (-31, {"mongo"}), (600, {"mongo"})],
)
async def test_half_a_minute_either_way_is_tolerated(ahead_s: int, off: set[str]) -> None:
    machine = Machine()
    machine.clock.advance(seconds=ahead_s)
    assert await machine.watch.is_right() == (not off)
    assert machine.watch.off == dict.fromkeys(off, timedelta(seconds=ahead_s))


async def test_a_clock_is_compared_every_half_minute_and_not_at_every_question() -> None:
    machine = Machine()
    for _ in range(3):
        assert await machine.watch.is_right()
    assert machine.looks == 1
    machine.wait(29)
    assert await machine.watch.is_right()
    assert machine.looks == 1
    machine.wait(1)
    assert await machine.watch.is_right()
    assert machine.looks == 2


@pytest.mark.parametrize("step_s", [-3600, -6, 6, 600])
async def test_a_wall_clock_that_jumps_is_noticed_at_once(step_s: int) -> None:
    machine = Machine()
    assert await machine.watch.is_right()
    machine.wall_s += step_s
    machine.clock.advance(seconds=step_s)
    assert await machine.watch.is_right() is (abs(step_s) <= 30)
    assert machine.looks == 2


async def test_it_says_so_once_and_goes_on_by_itself() -> None:
    machine = Machine()
    machine.clock.at += OFF
    with capture_logs() as said:
        for _ in range(4):
            assert not await machine.watch.is_right()
            machine.wait(5)
        assert REGISTRY.get_sample_value("xianxue_standing_down") == 1
        assert REGISTRY.get_sample_value("xianxue_clock_ahead_seconds", {"than": "mongo"}) == 600
        machine.clock.at -= OFF
        assert await machine.watch.is_right()
    assert [(line["action"], line.get("ahead_s")) for line in said] == [
        ("clock.off", {"mongo": 600}),
        ("clock.right", None),
    ]
    assert REGISTRY.get_sample_value("xianxue_standing_down") == 0


async def test_a_clock_that_cannot_be_asked_leaves_the_word_it_gave_last() -> None:
    machine = Machine()
    machine.theirs = None
    assert await machine.watch.is_right()
    machine.wait(30)
    machine.theirs = START - OFF
    assert not await machine.watch.is_right()
    machine.wait(30)
    machine.theirs = None
    assert not await machine.watch.is_right()


async def test_an_own_clock_that_is_silent_says_nothing() -> None:
    class Silent:
        async def now(self) -> datetime:
            raise NotReady("clock_silent")

    assert await Comparison("wechat", Silent(), Machine().look).ahead() is None


async def test_a_virtual_clock_moved_while_it_is_compared_is_not_off() -> None:
    clock = FakeClock()

    async def moved_before() -> datetime:
        clock.advance(days=2)
        return clock.at

    async def moved_after() -> datetime:
        told = clock.at
        clock.advance(days=2)
        return told

    for theirs in (moved_before, moved_after):
        assert await Comparison("wechat", clock, theirs).ahead() == timedelta(0)


async def test_who_must_work_is_told_which_clock_is_off_and_by_how_much() -> None:
    machine = Machine()
    await machine.watch.require()
    machine.wait(30)
    machine.clock.at -= OFF
    with pytest.raises(NotReady, match="clock_off") as off:
        await machine.watch.require()
    assert off.value.detail == {"than": "mongo", "seconds": -600}


async def test_nothing_is_claimed_while_the_clock_is_off(world: World) -> None:
    machine, pages = Machine(), list[int]()

    async def work(_: Ports, page: int) -> int:
        pages.append(page)
        if len(pages) == 2:  # it jumps in the middle of a round
            machine.wall_s += OFF.total_seconds()
            machine.clock.at += OFF
        return page

    job = Job("work", work, timedelta(0), page=7)
    jobs = Jobs(world.ports, (job,), tick_s=1, may_work=machine.watch.is_right)
    assert await jobs.run_once("work") == 14
    assert await jobs.run_once("work") == 0
    machine.clock.at -= OFF
    machine.wait(5)
    assert await jobs.run_once("work", pages=1) == 7


async def test_mongodb_tells_its_time(mongo_uri: str) -> None:
    async with open_stored(mongo_uri, "clock", Path("unused")) as database:
        before = datetime.now(UTC)
        told = await database.now()
    assert timedelta(seconds=-1) < told - before < timedelta(seconds=5)


async def test_a_mongodb_that_does_not_answer_has_no_time() -> None:
    client = open_client("mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=100")
    database = Database(client["clock"], asyncio.get_running_loop().create_future())
    with pytest.raises(NotReady):
        await database.now()
    assert await Comparison("mongo", FakeClock(), database.now).ahead() is None
    client.close()
