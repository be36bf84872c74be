"""Saving by compare-and-set: whoever was overtaken reads and decides anew, each time a little later.

Those of one process who want to change the same thing stand in a queue and come in the order they asked, so that one
who asks forty times delays another by forty turns of a few milliseconds, and makes nobody fail. Only other processes
are raced with.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import uniform
from typing import TypeVar
from weakref import WeakValueDictionary

from models.errors import Conflict, Stale

T = TypeVar("T")

TRIES = 20
"""A rule is decided anew each time somebody saved first; twenty writers at one thing are not real people."""

FIRST_WAIT_S = 0.005
"""About as long as another writer's reading and saving takes."""

LONGEST_WAIT_S = 0.2

_queues: "WeakValueDictionary[tuple[object, ...], asyncio.Lock]" = WeakValueDictionary()


async def until_saved(process: object, attempt: Callable[[], Awaitable[T]], **what: str) -> T:
    """Return what `attempt` returns, once it is not overtaken (Stale); it reads, decides and saves in one.

    Those with the same `process` (its ports) and the same `what` take turns; an attempt must not begin another.

    Raises Conflict `too_busy`, naming `what` was wanted, after as many tries as nobody needs.
    """
    async with _queue(process, **what):
        for tried in range(TRIES):
            try:
                return await attempt()
            except Stale:
                await asyncio.sleep(_wait_s(tried))
    raise Conflict("too_busy", **what)


def _queue(process: object, **what: str) -> asyncio.Lock:
    """Return the lock of this thing, the same for everybody in this process who wants it now; it serves in turn."""
    key = (id(process), *sorted(what.items()))
    return _queues.setdefault(key, asyncio.Lock())


def _wait_s(tried: int) -> float:
    """Wait twice as long each time, and each writer differently, so that they do not meet again."""
    return uniform(0, min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**tried))  # noqa: S311 - spreads writers, guards nothing
