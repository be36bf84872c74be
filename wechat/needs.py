"""What the clients here need from whoever builds them; anything of this shape will do."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Domain time."""

    async def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class Ids(Protocol):
    """Unguessable strings."""

    def new(self, prefix: str) -> str:
        """Make the prefix and at least 20 random characters of A-Z2-7."""
        ...
