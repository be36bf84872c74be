"""The Official Account's door behind a real HTTP server, and WeChat's pusher in front of it."""

import asyncio
from asyncio import Task
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from aiohttp import ClientSession, web

from handlers import messages
from handlers.operation import PORTS, TASKS
from models.errors import XianxueError
from models.messages import Incoming, IncomingKind
from services.ports import Ports
from tests.fakes.outside import START

NUMBERS = count(1)
GOOD = {"signature": "good"}


def said(text: str, openid: str = "oa-1", **changes: object) -> Incoming:
    """Make a text message of somebody, new each time."""
    known: dict[str, object] = {
        "key": f"message-{next(NUMBERS)}",
        "appid": "wxoa",
        "account": "gh_1",
        "openid": openid,
        "kind": IncomingKind.TEXT,
        "sent_at": START,
        "text": text,
    }
    return Incoming.model_validate(known | changes)


def event(kind: IncomingKind, openid: str = "oa-1", **changes: object) -> Incoming:
    return said("", openid, kind=kind, **changes)


@dataclass
class Door:
    """Posts messages to the door as WeChat does."""

    session: ClientSession
    url: str
    tasks: set[Task[None]]

    async def push(self, incoming: Incoming) -> str:
        """Push one message; returns the text of the passive reply, or "success"."""
        async with self.session.post(self.url, params=GOOD, data=incoming.model_dump_json()) as response:
            assert response.status == 200, await response.text()
            answer = await response.text()
            if answer == "success":
                return answer
            assert response.content_type == "application/xml"
            head = f"<to>{incoming.openid}</to><text>"
            assert answer.startswith(head)
            return answer.removeprefix(head).removesuffix("</text>")

    async def settle(self) -> None:
        """Wait until nothing is under way behind the door."""
        while self.tasks:
            await asyncio.wait(set(self.tasks))


@asynccontextmanager
async def open_door(
    ports: Ports, *, budget_s: float = 4.5, handler_cancellation: bool = False, app_name: str = "oa"
) -> AsyncIterator[Door]:
    """Open both doors of one server; what is pushed goes to the one of `app_name`."""
    app = web.Application(middlewares=[_errors_by_status])
    app[PORTS], app[TASKS] = ports, set()
    app[messages.BUDGET_S] = budget_s
    app.router.add_get("/wechat/oa", messages.echo_oa)
    app.router.add_post("/wechat/oa", messages.take_oa_message)
    app.router.add_get("/wechat/miniprogram", messages.echo_miniprogram)
    app.router.add_post("/wechat/miniprogram", messages.take_miniprogram_push)
    runner = web.AppRunner(app, handler_cancellation=handler_cancellation, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        async with ClientSession() as session:
            door = Door(session, f"http://127.0.0.1:{port}/wechat/{app_name}", app[TASKS])
            yield door
            await door.settle()
    finally:
        await runner.cleanup()


@web.middleware
async def _errors_by_status(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except XianxueError as error:
        return web.json_response({"error": {"code": error.code}}, status=error.http_status)
