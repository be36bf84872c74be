"""Domain time: the system's, or a simulator's whose clock can be moved."""

from datetime import UTC, datetime

from aiohttp import ClientSession

from models.base import to_milliseconds
from models.errors import NotReady


class SystemClock:
    """The real time."""

    async def now(self) -> datetime:
        """Return the present instant in UTC."""
        return to_milliseconds(datetime.now(UTC))


class RemoteClock:
    """The virtual time of another process, asked for each time it is needed; production refuses to be configured so."""

    def __init__(self, address: str, session: ClientSession) -> None:
        self._url = f"{address.rstrip('/')}/_sim/clock"
        self._session = session

    async def now(self) -> datetime:
        """Return the present instant in UTC; raises NotReady when the other process does not say."""
        try:
            async with self._session.get(self._url) as answer:
                return to_milliseconds(datetime.fromisoformat((await answer.json())["now"]))
        except (OSError, KeyError, ValueError) as silent:
            raise NotReady("clock_silent") from silent
