"""Telling people, and taking up what a killed process left unfinished."""

from jobs.orders import side_by_side
from services import notices, publishing
from services.ports import Ports


async def deliver(ports: Ports, page: int) -> int:
    """Send what is due to be told."""
    return await publishing.deliver_due(ports, page)


async def sweep(ports: Ports, page: int) -> int:
    """Redo notices that were begun and never done; one that cannot be done holds up no other."""
    waiting = await notices.unfinished(ports, page)

    async def take_up(ports: Ports, key: str) -> None:
        await notices.take_up(ports, waiting[key])

    await side_by_side(ports, list(waiting), take_up)
    return len(waiting)
