"""A merchant's callback address that keeps what arrives and answers as told."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

if TYPE_CHECKING:
    from merchant_client import PayClient


@dataclass
class Arrival:
    """One delivery of a notice."""

    headers: Any
    raw: bytes

    @property
    def envelope(self) -> Any:
        return json.loads(self.raw)


class Receiver:
    """Listens on a free port; ``statuses`` are used up one by one, then 204."""

    def __init__(self, pay: PayClient) -> None:
        self.pay = pay
        self.arrivals: list[Arrival] = []
        self.statuses: list[int] = []
        self.slowness_s = 0.0
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/notices", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/notices"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        self.arrivals.append(Arrival(request.headers.copy(), await request.read()))
        await asyncio.sleep(self.slowness_s)
        return web.Response(status=self.statuses.pop(0) if self.statuses else 204)

    def events(self) -> list[str]:
        return [arrival.envelope["event_type"] for arrival in self.arrivals]

    def plain(self, index: int = -1) -> Any:
        return self.pay.decrypt(self.arrivals[index].raw)
