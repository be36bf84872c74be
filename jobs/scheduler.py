"""The ticking: APScheduler only wakes the jobs, what is due is decided by MongoDB (docs/decisions/0009).

Any number of processes may tick at once, because every item is claimed by lease before it is worked on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog import get_logger

from jobs.metrics import JOB_CRASHES, JOB_ITEMS, JOB_SECONDS
from models.errors import NotReady
from services.ports import Ports

log = get_logger()

Run = Callable[[Ports, int], Awaitable[int]]


@dataclass(frozen=True)
class Job:
    """One kind of work: its run takes the ports and a page size, and says how many items it worked on."""

    name: str
    run: Run
    every: timedelta
    page: int = 200


class Jobs:
    """The running schedule of one process."""

    def __init__(self, ports: Ports, jobs: tuple[Job, ...], *, tick_s: float) -> None:
        self._ports = ports
        self._jobs = {job.name: job for job in jobs}
        self._running: set[asyncio.Task[int]] = set()
        self._scheduler = AsyncIOScheduler(executors={"default": AsyncIOExecutor()}, timezone="UTC")
        for job in jobs:
            seconds = max(job.every.total_seconds(), tick_s)
            self._scheduler.add_job(
                self._tick,
                "interval",
                args=[job.name],
                seconds=seconds,
                id=job.name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
                next_run_time=datetime.now().astimezone(),
            )

    def start(self) -> None:
        """Begin ticking; needs a running event loop."""
        self._scheduler.start()

    async def stop(self, grace_s: float = 20) -> None:
        """Stop ticking, and let work already begun finish; what does not is taken up when its lease ends."""
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=grace_s)
        self._scheduler.shutdown(wait=False)

    async def run_once(self, name: str) -> int:
        """Work through everything of one kind that is due now; gives the number of items."""
        job, total = self._jobs[name], 0
        while done := await self._observed(job):
            total += done
            if done < job.page:
                break
        return total

    async def _tick(self, name: str) -> None:
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

    async def _observed(self, job: Job) -> int:
        with JOB_SECONDS.labels(job.name).time():
            done = await job.run(self._ports, job.page)
        JOB_ITEMS.labels(job.name).inc(done)
        return done
