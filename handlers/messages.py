"""WeChat's message doors: the Official Account's, which answers, and the Mini Program's, which only counts.

The Official Account has five seconds at most, each message once, and the reply on one road or the other: WeChat drops
the connection after 5 s and sends the message again, three times in all; "success" says that it arrived and that the
answer, if any, comes as a customer-service message.
Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
"""

import asyncio
from asyncio import Task
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime

from aiohttp import web
from structlog import get_logger

from handlers.bot.answering import answer_safely
from handlers.operation import PORTS, TASKS
from models.errors import NotFound, TooLarge
from models.messages import Incoming, Reply
from services.handover import Handover
from services.ports.outside import MessageDoor
from services.push_grants import take_push

BUDGET_S = web.AppKey("oa_budget_s", float)
"""How long a message may wait for its reply, where 4.5 s is not wanted."""

DEFAULT_BUDGET_S = 4.5
"""WeChat's 5 s less what the network and the sealing take."""

MAX_MESSAGE_BYTES = 64 * 1024
SUCCESS = "success"
"""Tells WeChat that a push arrived; anything else is repeated, or shown to the user as a fault."""

log = get_logger()


async def echo_oa(request: web.Request) -> web.Response:
    """Answer the console's address check with the bare echostr."""
    return web.Response(text=_required(request.app[PORTS].oa_door).echo(request.query))


async def take_oa_message(request: web.Request) -> web.Response:
    """Verify, decrypt, answer: in time as the passive reply, late as a customer-service message."""
    closes_at = _now_s() + request.app.get(BUDGET_S, DEFAULT_BUDGET_S)
    ports = request.app[PORTS]
    door = _required(ports.oa_door)
    now = await ports.clock.now()
    incoming = await _opened(request, door, now)
    handover = Handover(ports, incoming)
    _keep(request.app, answer_safely(ports, incoming, handover))
    reply = await _reply_by(closes_at, handover, request)
    if not reply.text:
        return web.Response(text=SUCCESS)
    sealed = door.seal(incoming, reply, now, ports.ids.new("N"))
    kind = "application/json" if sealed.startswith(b"{") else "application/xml"
    return web.Response(body=sealed, content_type=kind)


async def echo_miniprogram(request: web.Request) -> web.Response:
    """Answer the console's address check with the bare echostr."""
    return web.Response(text=_required(request.app[PORTS].miniprogram_door).echo(request.query))


async def take_miniprogram_push(request: web.Request) -> web.Response:
    """Verify, decrypt, count what users allowed to be pushed, each push once; nothing is ever said back here."""
    ports = request.app[PORTS]
    now = await ports.clock.now()
    await take_push(ports, await _opened(request, _required(ports.miniprogram_door), now))
    return web.Response(text=SUCCESS)


def _required(door: MessageDoor | None) -> MessageDoor:
    """Return the door; where the app has none, there is no such address."""
    if door is None:
        raise NotFound("route_not_found")
    return door


async def _opened(request: web.Request, door: MessageDoor, now: datetime) -> Incoming:
    """Return the message; raises TooLarge, NotAuthenticated or InvalidInput before anything is written."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MAX_MESSAGE_BYTES:
            raise TooLarge("too_large", limit_bytes=MAX_MESSAGE_BYTES)
    return door.open(request.query, bytes(body), now)


async def _reply_by(closes_at: float, handover: Handover, request: web.Request) -> Reply:
    """Return the reply if it comes in time and WeChat still listens; else nothing, and it is sent when it comes."""
    try:
        await handover.wait(closes_at - _now_s())
    except asyncio.CancelledError:
        # the server runs with handler cancellation and WeChat hung up
        _keep(request.app, handover.send(handover.close()))
        raise
    reply = handover.close()
    if request.transport is None:
        # without handler cancellation the same shows only here
        _keep(request.app, handover.send(reply))
        return Reply()
    return reply


def _keep(app: web.Application, work: Coroutine[object, object, None]) -> None:
    """Run work that may outlive the request; the application keeps it until it is done."""
    task = asyncio.create_task(work)
    app[TASKS].add(task)
    task.add_done_callback(app[TASKS].discard)
    task.add_done_callback(_log_failure)


def _log_failure(task: Task[None]) -> None:
    with suppress(asyncio.CancelledError):
        if (error := task.exception()) is not None:
            log.error("message lost", action="oa.lost", exc_info=error)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
