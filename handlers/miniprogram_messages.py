"""The Mini Program's message door: what its users allowed to be pushed. Nothing is ever said back here."""

from aiohttp import web

from handlers.keys import PORTS
from handlers.message_door import SUCCESS, opened, required
from services.push_grants import take_push


async def echo(request: web.Request) -> web.Response:
    """Answer the console's address check with the bare echostr."""
    return web.Response(text=required(request.app[PORTS].miniprogram_door).echo(request.query))


async def take_message(request: web.Request) -> web.Response:
    """Verify, decrypt, count what was allowed; each push once."""
    ports = request.app[PORTS]
    now = await ports.clock.now()
    await take_push(ports, await opened(request, required(ports.miniprogram_door), now))
    return web.Response(text=SUCCESS)
