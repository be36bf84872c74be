"""The ticking: APScheduler only runs the jobs, what is due is decided by MongoDB (docs/decisions/0009).

Any number of processes may tick at once, because every item is claimed by lease before it is worked on. The pace is
kept by the event loop's timers, which are monotonic: however the wall clock jumps, no tick comes early or late.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from structlog import get_logger

from jobs.metrics import JOB_CRASHES, JOB_ITEMS, JOB_SECONDS
from models.errors import NotReady
from services.generation import may_act, require_memory
from services.ports import Ports

log = get_logger()

Run = Callable[[Ports, int], Awaitable[int]]

PAGES = 20
"""How many pages one tick works through at most; what is left waits for the next tick, behind the other kinds."""

LONG_AGO, NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Moments every wall clock agrees about, however wrong: the one is past, the other is not."""


@dataclass(frozen=True)
class Job:
    """One kind of work: its run takes the ports and a page size, and says how many items it worked on.

    What `acts` stands still after a restore until WeChat was asked about everything in doubt.
    """

    name: str
    run: Run
    every: timedelta
    page: int = 200
    acts: bool = True


class _WhenWoken(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    """Runs a job when it is woken, and never by the wall clock, which APScheduler's own triggers go by."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:  # noqa: ARG002
        return NEVER


async def always() -> bool:
    """Say that work may be done."""
    return True


class Jobs:
    """The running schedule of one process."""

    def __init__(
        self,
        ports: Ports,
        jobs: tuple[Job, ...],
        *,
        tick_s: float,
        may_work: Callable[[], Awaitable[bool]] = always,
        wall_clock: tzinfo = UTC,
    ) -> None:
        """Make it; `may_work` is asked before every page of work.

        `wall_clock` is the zone APScheduler reads its wall time in, by which nothing is paced.
        """
        self._ports = ports
        self._may_work = may_work
        self._jobs = {job.name: job for job in jobs}
        self._tick_s = tick_s
        self._stopping = False
        self._running: set[asyncio.Task[int]] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._scheduler = AsyncIOScheduler(executors={"default": AsyncIOExecutor()}, timezone=wall_clock)
        for name in self._jobs:
            self._scheduler.add_job(
                self._tick, _WhenWoken(), args=[name], id=name, max_instances=1, misfire_grace_time=None
            )

    def start(self) -> None:
        """Begin ticking; needs a running event loop."""
        self._scheduler.start()
        for name in self._jobs:
            self._wake(name)

    async def stop(self, grace_s: float = 20) -> None:
        """Stop ticking, and let work already begun finish; what does not is taken up when its lease ends."""
        self._stopping = True
        self._scheduler.pause()
        for timer in self._timers.values():
            timer.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=grace_s)
        self._scheduler.shutdown(wait=False)

    async def run_once(self, name: str, *, pages: int = PAGES) -> int:
        """Work on what is due of one kind, at most so many pages of it; gives the number of items.

        Raises NotReady for work that may not be done now.
        """
        job, total = self._jobs[name], 0
        if job.acts:
            await require_memory(self._ports)
        for _ in range(pages):
            if not await self._may_work():
                break
            done = await self._observed(job)
            total += done
            if done < job.page:
                break
        return total

    def _wake(self, name: str) -> None:
        """Run a job now, unless it still runs, and again after its pause."""
        self._scheduler.modify_job(name, next_run_time=LONG_AGO)
        pause_s = max(self._jobs[name].every.total_seconds(), self._tick_s)
        self._timers[name] = asyncio.get_running_loop().call_later(pause_s, self._wake, name)

    async def _tick(self, name: str) -> None:
        if self._stopping or not await self._may_run(self._jobs[name]):  # asked for before, begun only now
            return
        task = asyncio.ensure_future(self.run_once(name))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            await asyncio.shield(task)
        except NotReady as silent:
            log.warning("job waits for the outside", action="job.outside", job=name, why=str(silent))
        except Exception:
            JOB_CRASHES.labels(name).inc()
            log.exception("job failed", action="job.crash", job=name)

    async def _may_run(self, job: Job) -> bool:
        try:
            return not job.acts or await may_act(self._ports)
        except NotReady as silent:
            log.warning("job waits for the outside", action="job.outside", job=job.name, why=str(silent))
            return False

    async def _observed(self, job: Job) -> int:
        with JOB_SECONDS.labels(job.name).time():
            done = await job.run(self._ports, job.page)
        JOB_ITEMS.labels(job.name).inc(done)
        return done
