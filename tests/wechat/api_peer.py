"""An api.weixin.qq.com of our own making: a real server whose answers a test writes down by path."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN_PATH = "/cgi-bin/stable_token"

Answer = Mapping[str, Any] | bytes | Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class ApiPeer:
    """What it was asked, in order, and what it answers to each path: the next in line, the last one for ever."""

    address: str = ""
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)

    def will(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def asked_of(self, path: str) -> list[tuple[dict[str, str], Any]]:
        return [(params, body) for seen, params, body in self.asked if seen == path]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        self.asked.append((request.path, dict(request.query), json.loads(raw) if raw else None))
        await asyncio.sleep(0)
        waiting = self.answers[request.path]
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if callable(answer):
            return await answer(request)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return web.Response(body=body, content_type="text/plain")


def token(value: str, expires_in: int = 7200) -> dict[str, Any]:
    return {"access_token": value, "expires_in": expires_in}


def refuses(errcode: int, errmsg: str = "no") -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": f"{errmsg}, rid: 66454a60-46a8a44b-5f4417e6"}


@asynccontextmanager
async def running_api() -> AsyncIterator[ApiPeer]:
    peer = ApiPeer()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", peer.handle)
    async with TestServer(app) as server:
        peer.address = str(server.make_url("")).rstrip("/")
        yield peer
