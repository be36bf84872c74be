"""What the services know of the database itself: what in it cannot be read."""

from typing import Protocol

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
