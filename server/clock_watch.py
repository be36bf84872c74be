"""Whether this machine's clock can be trusted; a process whose clock cannot does no work (docs/decisions/0021)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aiohttp import ClientError, ClientSession, ClientTimeout
from structlog import get_logger

from models.errors import NotReady
from server.clock import SystemClock
from server.metrics import CLOCK_OFF, STANDING_DOWN
from services.ports.outside import Clock
from store.database import Database

log = get_logger()

TOLERATED = timedelta(seconds=30)

LOOK_EVERY_S, LOOK_AGAIN_S = 30.0, 5.0
"""How often a clock is compared that was right, and one that was not."""

STEP_S = 5.0
"""How far the wall clock may part from the monotonic one before we look at once: somebody moved it, or we slept."""

PATIENCE = ClientTimeout(total=3)

Now = Callable[[], Awaitable[datetime | None]]


@dataclass(frozen=True)
class Comparison:
    """One clock of ours and the one it must agree with; `theirs` is None when it cannot be asked."""

    than: str
    ours: Clock
    theirs: Now

    async def ahead(self) -> timedelta | None:
        """Return how far ours is ahead, behind negative; None when nobody knows.

        The question takes its time, and a simulator's clock may be moved meanwhile: anything in between agrees.
        """
        try:
            before = await self.ours.now()
            theirs = await self.theirs()
            after = await self.ours.now()
        except NotReady:
            return None
        if theirs is None:
            return None
        return before - theirs if theirs < before else min(after - theirs, timedelta(0))


class ClockWatch:
    """Compares when it is first asked, every half minute, and as soon as the wall clock jumped.

    A clock that cannot be asked says nothing: what it said last stands.
    """

    def __init__(
        self,
        comparisons: Sequence[Comparison],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._comparisons = comparisons
        self._monotonic = monotonic
        self._wall = wall
        self._looking = asyncio.Lock()
        self._looked: tuple[float, float] | None = None
        self.off: dict[str, timedelta] = {}
        """How far ours is ahead of each clock it does not agree with."""

    async def is_right(self) -> bool:
        """Whether our clock agrees, as far as anybody knows."""
        async with self._looking:
            if self._is_stale():
                await self._look()
        return not self.off

    async def require(self) -> None:
        """Raise NotReady `clock_off` unless our clock agrees."""
        if not await self.is_right():
            than, ahead = next(iter(self.off.items()))
            raise NotReady("clock_off", than=than, seconds=round(ahead.total_seconds()))

    def _is_stale(self) -> bool:
        if self._looked is None:
            return True
        monotonic, wall = self._looked
        passed = self._monotonic() - monotonic
        return passed >= (LOOK_AGAIN_S if self.off else LOOK_EVERY_S) or abs(self._wall() - wall - passed) >= STEP_S

    async def _look(self) -> None:
        was_off = bool(self.off)
        for comparison in self._comparisons:
            ahead = await comparison.ahead()
            if ahead is None:
                continue
            CLOCK_OFF.labels(comparison.than).set(ahead.total_seconds())
            self.off.pop(comparison.than, None)
            if abs(ahead) > TOLERATED:
                self.off[comparison.than] = ahead
        self._looked = self._monotonic(), self._wall()
        STANDING_DOWN.set(bool(self.off))
        if self.off and not was_off:
            seconds = {than: round(ahead.total_seconds()) for than, ahead in self.off.items()}
            log.warning("our clock is off, so this process does no work", action="clock.off", ahead_s=seconds)
        if was_off and not self.off:
            log.warning("our clock agrees again", action="clock.right")


def watch_clock(domain: Clock, database: Database, session: ClientSession, wechat: str) -> ClockWatch:
    """Watch the system clock against MongoDB's, and domain time against WeChat's.

    Both are real time in production. With a simulator, domain time is the simulator's and so is what it says on its
    answers; leases and what expires by itself still run on MongoDB's clock.
    """
    return ClockWatch(
        (
            Comparison("mongo", SystemClock(), database.now),
            Comparison("wechat", domain, lambda: date_of(session, wechat)),
        )
    )


async def date_of(session: ClientSession, address: str) -> datetime | None:
    """Return the time of the web server at an address, to the second; None when it does not say."""
    try:
        async with session.head(address, allow_redirects=False, timeout=PATIENCE) as answer:
            return parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC)
    except (ClientError, TimeoutError, KeyError, ValueError):
        return None
