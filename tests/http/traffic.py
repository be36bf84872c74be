"""What our application says to MongoDB, command by command, as the driver tells it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import bson
from pymongo import monitoring
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

NOT_WORK = frozenset({"hello", "ismaster", "ping", "endSessions"})
"""What the driver says on its own account."""

WRITES = frozenset({"insert", "update", "delete", "findAndModify"})


@dataclass
class Said:
    """The commands sent while a block ran, and how many bytes those had that write."""

    commands: list[str] = field(default_factory=list)
    written_bytes: int = 0


class Traffic(CommandListener):
    """Hears every command of every client opened after it was registered; the driver calls from its threads."""

    def __init__(self) -> None:
        self._open: dict[str, list[Said]] = {}

    @contextmanager
    def heard(self, database: str) -> Iterator[Said]:
        """Take down what is said to this database during the block, whoever says it."""
        said = Said()
        self._open.setdefault(database, []).append(said)
        try:
            yield said
        finally:
            self._open[database].remove(said)

    def started(self, event: CommandStartedEvent) -> None:
        """Take a command down as it leaves."""
        if event.command_name in NOT_WORK:
            return
        for said in self._open.get(event.database_name, ()):
            said.commands.append(event.command_name)
            if event.command_name in WRITES:
                said.written_bytes += len(bson.encode(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Ignore the answer: the trip was counted when it began."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Ignore the answer: the trip was counted when it began."""


TRAFFIC = Traffic()
monitoring.register(TRAFFIC)  # there is no taking it back: once, for every client this process opens
