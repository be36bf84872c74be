"""Telling people, and taking up what a killed process left unfinished."""

from services import notices, publishing
from services.ports import Ports


async def deliver(ports: Ports, page: int) -> int:
    """Send what is due to be told."""
    return await publishing.deliver_due(ports, page)


async def sweep(ports: Ports, page: int) -> int:
    """Redo notices that were begun and never done."""
    return await notices.take_up_unfinished(ports, page)
