"""What both message doors do first: cap the body, verify, decrypt, read."""

from datetime import datetime

from aiohttp import web

from models.errors import NotFound, TooLarge
from models.messages import Incoming
from services.ports.outside import MessageDoor

MAX_MESSAGE_BYTES = 64 * 1024
SUCCESS = "success"
"""Tells WeChat that a push arrived; anything else is repeated, or shown to the user as a fault."""


def required(door: MessageDoor | None) -> MessageDoor:
    """Return the door; where the app has none, there is no such address."""
    if door is None:
        raise NotFound("route_not_found")
    return door


async def opened(request: web.Request, door: MessageDoor, now: datetime) -> Incoming:
    """Return the message; raises TooLarge, NotAuthenticated or InvalidInput before anything is written."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MAX_MESSAGE_BYTES:
            raise TooLarge("too_large", limit_bytes=MAX_MESSAGE_BYTES)
    return door.open(request.query, bytes(body), now)
