"""What our application says to MongoDB, command by command, as the driver tells it.

On a loaded machine this is the only measure that is the same on every run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import bson
from pymongo import monitoring
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

NOT_WORK = frozenset({"hello", "ismaster", "ping", "endSessions"})
"""What the driver says on its own account."""

BY_THE_CLOCK = frozenset({"generations"})
"""Collections a process looks into once a second, whatever it does meanwhile: no operation costs that."""

WRITES = frozenset({"insert", "update", "delete", "findAndModify"})


@dataclass
class Said:
    """The commands sent while a block ran and, if they are weighed, how many bytes those had that write."""

    weighed: bool
    commands: list[str] = field(default_factory=list)
    written_bytes: int = 0


class Traffic(CommandListener):
    """Hears every command of every client opened after it was registered; the driver calls from its threads."""

    def __init__(self) -> None:
        self._open: dict[str, list[Said]] = {}

    @contextmanager
    def heard(self, database: str, *, weighed: bool = False) -> Iterator[Said]:
        """Take down what is said to this database during the block, whoever says it; weighing costs time."""
        said = Said(weighed)
        self._open.setdefault(database, []).append(said)
        try:
            yield said
        finally:
            self._open[database].remove(said)

    def started(self, event: CommandStartedEvent) -> None:
        """Take a command down as it leaves."""
        if event.command_name in NOT_WORK or event.command.get(event.command_name) in BY_THE_CLOCK:
            return
        for said in self._open.get(event.database_name, ()):
            said.commands.append(event.command_name)
            if said.weighed and event.command_name in WRITES:
                said.written_bytes += len(bson.encode(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Ignore the answer: the command was taken down as it left."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Ignore the answer: the command was taken down as it left."""


TRAFFIC = Traffic()
monitoring.register(TRAFFIC)  # there is no taking it back: once, for every client this process opens
