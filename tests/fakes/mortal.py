"""Stores of a process that dies at one of its writes."""

from collections.abc import Awaitable, Callable
from typing import Literal

from tests.fakes.stores import PortStores

# a claim changes nothing about an order, and what a dead worker claimed comes back
WRITES = frozenset({"add", "save", "put", "begin", "finish", "published", "spend"})


class Killed(BaseException):
    """The process is gone: nothing that catches mere exceptions holds this up."""


class Mortality:
    """Counts the writes of one process and kills it just before or just after the one of the given number."""

    def __init__(self, at: int | None = None, when: Literal["before", "after"] = "before") -> None:
        self.writes = 0
        self.died = False
        self._at = at
        self._when = when

    def stores(self, stores: PortStores) -> dict[str, object]:
        """Return these stores by name, every write to which may be the last."""
        return {name: _Mortal(store, self) for name, store in vars(stores).items()}

    async def live_through(self, write: Callable[[], Awaitable[object]]) -> object:
        """Do a write, or die; the dead do nothing any more."""
        number, self.writes = self.writes, self.writes + 1
        if self.died or (number == self._at and self._when == "before"):
            self._die()
        done = await write()
        if number == self._at:
            self._die()
        return done

    def _die(self) -> None:
        self.died = True
        raise Killed


class _Mortal:
    def __init__(self, store: object, mortality: Mortality) -> None:
        self._store = store
        self._mortality = mortality

    def __getattr__(self, name: str) -> object:
        method = getattr(self._store, name)
        if name not in WRITES:
            return method

        async def write(*args: object, **kwargs: object) -> object:
            return await self._mortality.live_through(lambda: method(*args, **kwargs))

        return write
