"""Saving by compare-and-set: whoever was overtaken reads and decides anew, each time a little later."""

import asyncio
from collections.abc import Awaitable, Callable
from random import uniform
from typing import TypeVar

from models.errors import Conflict, Stale

T = TypeVar("T")

TRIES = 20
"""A rule is decided anew each time somebody saved first; twenty writers at one thing are not real people."""

FIRST_WAIT_S = 0.005
"""About as long as another writer's reading and saving takes."""

LONGEST_WAIT_S = 0.2


async def until_saved(attempt: Callable[[], Awaitable[T]], **what: str) -> T:
    """Return what `attempt` returns, once it is not overtaken (Stale); it reads, decides and saves in one.

    Raises Conflict `too_busy`, naming `what` was wanted, after as many tries as nobody needs.
    """
    for tried in range(TRIES):
        try:
            return await attempt()
        except Stale:
            await asyncio.sleep(_wait_s(tried))
    raise Conflict("too_busy", **what)


def _wait_s(tried: int) -> float:
    """Wait twice as long each time, and each writer differently, so that they do not meet again."""
    return uniform(0, min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**tried))  # noqa: S311 - spreads writers, guards nothing
