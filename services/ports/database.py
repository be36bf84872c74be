"""What the services know of the database itself: which life it is in, and what in it cannot be read."""

from datetime import datetime, timedelta
from typing import Protocol

from models.generation import Generation
from models.unreadable import UnreadableDocument


class Unreadables(Protocol):
    """Stored documents this version could not read. Lists go on without them, reading one raises Unreadable."""

    async def note(self, collection: str, key: str, problem: str) -> None:
        """Remember one, once."""
        ...

    async def untold(self, limit: int) -> list[UnreadableDocument]:
        """Return those nobody was told of."""
        ...

    async def told(self, document: UnreadableDocument) -> None:
        """Remember that somebody was told."""
        ...

    async def readable_again(self) -> list[UnreadableDocument]:
        """Return those that can be read by now, or are gone."""
        ...

    async def forget(self, document: UnreadableDocument) -> None:
        """Forget one that can be read again."""
        ...


class Generations(Protocol):
    """The lives of the database: a restore begins a new one."""

    async def current(self) -> Generation:
        """Return the present life, at most a second old."""
        ...

    async def take(self, lease: timedelta) -> Generation | None:
        """Claim the catching up of the present life; None when there is nothing to catch up, or somebody is at it."""
        ...

    async def moved(self, number: int, phase: str, after: str, at: datetime) -> None:
        """Remember how far catching up is."""
        ...

    async def caught_up(self, number: int, at: datetime) -> None:
        """Remember that everything was asked about: from now on this life acts."""
        ...
