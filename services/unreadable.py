"""Stored things this version cannot read: the operator is told once, and again when they can be read."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from models.errors import Unreadable
from services.exceptions import raise_unreadable, readable_again
from services.ports import Ports

AT_A_TIME = 200

M = TypeVar("M", bound=BaseModel)


async def report_unreadable(ports: Ports) -> int:
    """Raise an exception for every document noted since, and close those of what can be read by now."""
    news = await ports.unreadables.untold(AT_A_TIME)
    for document in news:
        await raise_unreadable(ports, document)
        await ports.unreadables.told(document)
    for document in await ports.unreadables.readable_again():
        await readable_again(ports, document)
        await ports.unreadables.forget(document)
    return len(news)


async def stored_arrival(ports: Ports, shape: type[M], kind: str, key: str, stored: str) -> M:
    """Read what the inbox kept of an arrival; raises Unreadable after leaving it alone for another lease."""
    try:
        return shape.model_validate_json(stored, extra="ignore")
    except ValidationError as wrong:
        await ports.unreadables.note("inbox", key, f"{kind}: {wrong.errors(include_input=False)[0]['msg']}")
        await ports.inbox.begin(key, kind, stored, ports.settings.lease)
        raise Unreadable("document_unreadable") from wrong
