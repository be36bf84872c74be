"""Telling people, and taking up what a killed process left unfinished."""

from collections.abc import Awaitable, Callable

from jobs.orders import side_by_side
from services import notices, publishing, push_grants
from services.ports import Ports


async def deliver(ports: Ports, page: int) -> int:
    """Send what is due to be told."""
    return await publishing.deliver_due(ports, page)


async def sweep(ports: Ports, page: int) -> int:
    """Redo notices that were begun and never done."""
    return await _redo(ports, await notices.unfinished(ports, page), notices.take_up_notice)


async def sweep_grants(ports: Ports, page: int) -> int:
    """Redo the Mini Program's pushes that were begun and never done."""
    return await _redo(ports, await push_grants.unfinished(ports, page), push_grants.take_up)


async def _redo(ports: Ports, waiting: dict[str, str], take_up: Callable[[Ports, str], Awaitable[None]]) -> int:
    """Take up each of what waits (its content by its key); one that cannot be done holds up no other."""

    async def redo(ports: Ports, key: str) -> None:
        await take_up(ports, waiting[key])

    await side_by_side(ports, list(waiting), redo)
    return len(waiting)
