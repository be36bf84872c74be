"""The inbox in memory."""

from asyncio import sleep
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.inbox import InboxState
from models.work import Patience, StuckWork
from tests.fakes.memory import MemoryDatabase, lease_until


@dataclass
class _Arrival:
    kind: str
    payload: str
    until: datetime
    begun_at: datetime
    done: bool = False
    tries: int = 0


class MemoryInbox:
    """Twin of store.inbox.Inbox."""

    def __init__(self, database: MemoryDatabase, patience: Patience) -> None:
        self._arrivals: dict[str, _Arrival] = database.collection("inbox")
        self._patience = patience

    async def begin(self, key: str, kind: str, payload: str, lease: timedelta) -> InboxState:
        await sleep(0)
        arrival = self._arrivals.get(key)
        if arrival is None:
            self._arrivals[key] = _Arrival(kind, payload, lease_until(lease), datetime.now(UTC))
            return InboxState.NEW
        if arrival.done:
            return InboxState.DONE
        if arrival.until > datetime.now(UTC):
            return InboxState.RUNNING
        arrival.tries += 1
        arrival.until = lease_until(max(lease, self._patience.wait(arrival.tries - 1)))
        return InboxState.UNFINISHED

    async def finish(self, key: str) -> None:
        await sleep(0)
        if key in self._arrivals:
            self._arrivals[key].done, self._arrivals[key].tries = True, 0

    async def unfinished(self, kind: str, *, limit: int) -> list[tuple[str, str]]:
        await sleep(0)
        now = datetime.now(UTC)
        left = [
            (arrival.until, key, arrival.payload)
            for key, arrival in self._arrivals.items()
            if arrival.kind == kind and not arrival.done and arrival.until <= now
        ]
        return [(key, payload) for _, key, payload in sorted(left)][:limit]

    async def stuck(self, *, limit: int) -> list[StuckWork]:
        await sleep(0)
        return [
            StuckWork(work=arrival.kind, subject=key, tries=arrival.tries, since=arrival.begun_at)
            for key, arrival in self._arrivals.items()
            if arrival.tries >= self._patience.stuck_after
        ][:limit]
