"""Waiting for what other processes do, with a limit and a sentence about what never happened."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")
PATIENCE_S = 30


class NeverHappenedError(AssertionError):
    """Something a run waits for did not happen in time."""


async def until(
    look: Callable[[], Awaitable[Found]], good: Callable[[Found], object], what: str, patience_s: float = PATIENCE_S
) -> Found:
    """Look again and again until what is seen is good; raises NeverHappenedError naming `what` and what was seen."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while True:
        seen = await look()
        if good(seen):
            return seen
        if asyncio.get_running_loop().time() > deadline:
            message = f"{what}: last seen {json.dumps(seen, ensure_ascii=False, default=str)[:800]}"
            raise NeverHappenedError(message)
        await asyncio.sleep(0.05)
