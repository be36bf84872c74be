"""Something happening in the middle of what a service does: another worker, or the end of the process."""

from collections.abc import Awaitable, Callable

Act = Callable[..., Awaitable[None]]


class Interrupting:
    """Passes everything on to a store; after one of its methods (or instead of it) something else happens."""

    def __init__(self, store: object, method: str, then: Act, *, instead: bool = False) -> None:
        self._store, self._method, self._then, self._instead = store, method, then, instead

    def __getattr__(self, name: str) -> Act:
        method = getattr(self._store, name)
        return self._interrupted(method) if name == self._method else method

    def _interrupted(self, method: Act) -> Act:
        async def act(*args: object) -> None:
            if not self._instead:
                await method(*args)
            await self._then()

        return act
