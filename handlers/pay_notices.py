"""WeChat Pay's notices: raw bytes in, verified before anything is read, 204 out."""

from aiohttp import web

from handlers.operation import PORTS
from models.errors import TooLarge
from services import notices

MAX_NOTICE_BYTES = 64 * 1024


async def take_notice(request: web.Request) -> web.Response:
    """Verify on the raw bytes, decrypt, store, apply; anything but 204 makes WeChat send it again."""
    ports = request.app[PORTS]
    if (request.content_length or 0) > MAX_NOTICE_BYTES:
        raise TooLarge("too_large", limit_bytes=MAX_NOTICE_BYTES)
    body = await request.read()
    now = await ports.clock.now()
    notice = ports.notice_door.open(request.match_info["merchant"], request.headers, body, now)
    await notices.take_notice(ports, notice)
    return web.Response(status=204)
