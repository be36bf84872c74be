"""Measuring ours and its floor in turns, so that whatever else the machine does falls on both alike."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from time import perf_counter, process_time

from lab.rig.traffic import Said

Work = Callable[[int], Awaitable[object]]
"""Do the n-th thing."""

Heard = Callable[[], AbstractContextManager[Said]]
"""Take down the MongoDB commands of a block."""

WARM_UP = 10
BUDGET_S = 6.0
"""A measurement stops early after this long, so that a slow machine measures less instead of longer."""


class Unit(StrEnum):
    """How a row is shown."""

    MS = "ms"
    PER_SECOND = "/s"
    PER_MINUTE = "/min"


@dataclass
class Sample:
    """Seconds an item, one entry a measurement."""

    seconds: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        """Return the value that this share of the measurements did not exceed."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    @property
    def p50(self) -> float:
        """The median."""
        return self.at(0.5)


@dataclass
class Row:
    """One line of the table: `n` items of ours, what each cost, and what the floor beside them was.

    `trips` are MongoDB commands an item, `cpu_ms` this process's processor time an item: our server's and the client's.
    """

    what: str
    floor_is: str
    unit: Unit = Unit.MS
    n: int = 0
    trips: float | None = None
    cpu_ms: float | None = None
    ours: Sample = field(default_factory=Sample)
    floor: Sample = field(default_factory=Sample)

    @property
    def ratio(self) -> float:
        """How many times as long as the floor an item takes, median against median."""
        return self.ours.p50 / self.floor.p50


async def one_by_one(row: Row, heard: Heard, ours: Work, floor: Work, n: int) -> Row:
    """Do ours and the floor in turns, `n` times each after a warm-up, and time every single one."""
    sent, cpu_s, until = 0, 0.0, perf_counter() + BUDGET_S
    for number in range(n):
        cpu_began = process_time()
        with heard() as said:
            took = await _timed(ours(number))
        cpu_ended = process_time()
        took_floor = await _timed(floor(number))
        if number < WARM_UP:
            continue
        row.ours.seconds.append(took)
        row.floor.seconds.append(took_floor)
        sent += len(said.commands)
        cpu_s += cpu_ended - cpu_began
        if perf_counter() > until:
            break
    row.n = len(row.ours.seconds)
    row.trips, row.cpu_ms = sent / row.n, cpu_s * 1000 / row.n
    return row


async def nothing(_: int) -> None:
    """Need no preparation."""


async def in_batches(
    row: Row,
    heard: Heard,
    ours: Work,
    floor: Work,
    *,
    batches: int,
    size: int,
    floor_size: int = 0,
    before: Work = nothing,
) -> Row:
    """Do batches of ours and of the floor in turns; `ours(k)` does the whole batch `k` of `size` items.

    So does `floor(k)`, of `floor_size` items if that is given. `before(k)` prepares both and is not timed. The first
    batch only warms up.
    """
    sent, cpu_s = 0, 0.0
    for batch in range(batches):
        await before(batch)
        cpu_began = process_time()
        with heard() as said:
            took = await _timed(ours(batch))
        cpu_ended = process_time()
        took_floor = await _timed(floor(batch))
        if batch:
            row.ours.seconds.append(took / size)
            row.floor.seconds.append(took_floor / (floor_size or size))
            sent += len(said.commands)
            cpu_s += cpu_ended - cpu_began
    row.n = size * len(row.ours.seconds)
    row.trips, row.cpu_ms = sent / row.n, cpu_s * 1000 / row.n
    return row


def side_by_side(work: Work, *, size: int, at_once: int) -> Work:
    """Make one batch of many single acts, `at_once` of them at any time."""

    async def batch(number: int) -> None:
        room = asyncio.Semaphore(at_once)

        async def one(item: int) -> None:
            async with room:
                await work(item)

        await asyncio.gather(*(one(item) for item in range(number * size, (number + 1) * size)))

    return batch


def in_turns(row: Row, ours: Callable[[], object], floor: Callable[[], object], n: int) -> Row:
    """Time two plain functions in turns, but for the first; no round trip is made."""
    for number in range(n + 1):
        began = perf_counter()
        ours()
        between = perf_counter()
        floor()
        if number:
            row.ours.seconds.append(between - began)
            row.floor.seconds.append(perf_counter() - between)
    row.n = n
    return row


async def _timed(doing: Awaitable[object]) -> float:
    began = perf_counter()
    await doing
    return perf_counter() - began
