"""Counting round trips to MongoDB: on a loaded machine the only number that is the same on every run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

NOT_WORK = frozenset({"hello", "ismaster", "ping", "endSessions"})
"""What the driver says on its own account."""


@dataclass
class Counted:
    """How many commands were sent while a block ran."""

    trips: int = 0


class RoundTrips(CommandListener):
    """Hears of every command of every client opened after it was registered; the driver calls from its threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sent = 0

    @contextmanager
    def counted(self) -> Iterator[Counted]:
        """Count what is sent during the block; whatever else runs meanwhile counts too."""
        counted, before = Counted(), self._sent
        try:
            yield counted
        finally:
            counted.trips = self._sent - before

    def started(self, event: CommandStartedEvent) -> None:
        """Count a command as it leaves."""
        if event.command_name not in NOT_WORK:
            with self._lock:
                self._sent += 1

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Ignore the answer: the trip was counted when it began."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Ignore the answer: the trip was counted when it began."""
