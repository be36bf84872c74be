"""Something happening in the middle of what a service does: another worker, a wait, or the end of the process."""

from collections.abc import Awaitable, Callable

Hook = Callable[[], Awaitable[object]]
Method = Callable[..., Awaitable[object]]


class KilledError(BaseException):
    """The process is gone; nothing catches it."""


async def die() -> None:
    """End the process."""
    raise KilledError


class Interrupting:
    """Passes everything on to a store; around one of its methods something else happens first, or after."""

    def __init__(self, store: object, method: str, *, before: Hook | None = None, after: Hook | None = None) -> None:
        self._store, self._method, self._before, self._after = store, method, before, after

    def __getattr__(self, name: str) -> Method:
        method = getattr(self._store, name)
        return self._interrupted(method) if name == self._method else method

    def _interrupted(self, method: Method) -> Method:
        async def interrupted(*args: object, **kwargs: object) -> object:
            if self._before:
                await self._before()
            result = await method(*args, **kwargs)
            if self._after:
                await self._after()
            return result

        return interrupted
