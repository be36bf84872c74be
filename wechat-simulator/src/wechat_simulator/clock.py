"""Virtual time: a clock that can be moved, and the events that fall due on it."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

log = logging.getLogger(__name__)

Fire = Callable[[str, dict[str, Any]], Awaitable[None]]


@dataclass(order=True, slots=True)
class Event:
    """Something that will happen at ``when``; ``sequence`` orders what falls due together."""

    when: datetime
    sequence: int
    kind: str = field(compare=False)
    payload: dict[str, Any] = field(compare=False)


class VirtualClock:
    """Real time plus an offset while running, a fixed moment while frozen.

    Moving the clock visits each due event in order and awaits it; a running clock starts due
    events in order without waiting for the earlier ones, as a busy server would.
    """

    def __init__(self, fire: Fire, start: datetime | None = None, *, running: bool = True) -> None:
        self._fire = fire
        self._held: datetime | None = (start or datetime.now(UTC)).astimezone(UTC)
        self._offset = timedelta(0)
        self._queue: list[Event] = []
        self._sequence = 0
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()
        self._started: set[asyncio.Task[None]] = set()
        self._ticker: asyncio.Task[None] | None = None
        self.running = False
        self.set_running(running)

    def now(self) -> datetime:
        """Return the virtual moment, aware UTC."""
        return self._held if self._held is not None else datetime.now(UTC) + self._offset

    def set_running(self, running: bool) -> None:  # noqa: FBT001 - the argument is the state
        """Let time flow, or freeze it at the present moment."""
        now = self.now()
        self.running = running
        if running:
            self._offset, self._held = now - datetime.now(UTC), None
        else:
            self._held = now
        self._changed.set()

    def return_to(self, moment: datetime, *, running: bool) -> None:
        """Take up a kept time; only before anything was scheduled."""
        self._held = moment
        self.set_running(running)

    def at(self, when: datetime, kind: str, payload: dict[str, Any]) -> Event:
        """Schedule an event; ``payload`` must be JSON-ready, so that it can be saved."""
        self._sequence += 1
        event = Event(when, self._sequence, kind, payload)
        heapq.heappush(self._queue, event)
        if self._queue[0] is event:
            self._changed.set()
        return event

    def pending(self) -> list[Event]:
        """Return the events to come, in the order in which they will fire."""
        return sorted(self._queue)

    def following(self) -> Event | None:
        """Return the event that will fire next, or None."""
        return self._queue[0] if self._queue else None

    async def advance_to(self, target: datetime) -> None:
        """Move to ``target``, awaiting every event due until then; ValueError if it is past."""
        async with self._turn:
            await self.settle()
            if target < self.now():
                raise ValueError(f"{target.isoformat()} is already past")
            await self._move(target)

    async def advance_by(self, seconds: float) -> None:
        """Move ``seconds`` ahead of the moment at which the move begins."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        async with self._turn:
            await self.settle()
            await self._move(self.now() + timedelta(seconds=seconds))

    async def _move(self, target: datetime) -> None:
        running = self.running
        self._held = self.now()
        try:
            await self._visit(target)
        finally:
            self.set_running(running)

    async def _visit(self, target: datetime) -> None:
        while self._queue and self._queue[0].when <= target:
            event = heapq.heappop(self._queue)
            self._held = max(event.when, self.now())
            await self._run(event)
        self._held = target

    async def settle(self) -> None:
        """Wait for the events that a running clock has started."""
        while self._started:
            await asyncio.gather(*self._started)

    def start(self) -> None:
        """Begin to fire due events in the background."""
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Stop firing; events already started are cut off and pending again, to be saved."""
        tasks = [*self._started, *([self._ticker] if self._ticker else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._ticker = None

    async def _tick(self) -> None:
        while True:
            await self._wait()
            async with self._turn:
                while self._queue and self._queue[0].when <= self.now():
                    await self._begin(heapq.heappop(self._queue))

    async def _wait(self) -> None:
        self._changed.clear()
        delay: float | None = None
        if self._queue:
            delay = (self._queue[0].when - self.now()).total_seconds()
            if delay > 0 and not self.running:
                delay = None
        with suppress(TimeoutError):
            async with asyncio.timeout(None if delay is None else max(delay, 0)):
                await self._changed.wait()

    async def _begin(self, event: Event) -> None:
        if not self.running:
            await self._run(event)
            return
        task = asyncio.create_task(self._run(event))
        self._started.add(task)
        task.add_done_callback(self._started.discard)

    async def _run(self, event: Event) -> None:
        try:
            await self._fire(event.kind, event.payload)
        except asyncio.CancelledError:
            heapq.heappush(self._queue, event)
            raise
        except Exception:
            log.exception("event %s failed: %s", event.kind, event.payload)
