"""The simulator as one server: start it, know its address, stop it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import aiohttp
from aiohttp import web

from wechat_simulator.errors import ControlError, WeChatPayError
from wechat_simulator.fidelity.catalogue import named, not_served
from wechat_simulator.gateway import Gateway
from wechat_simulator.keys import KeyRing
from wechat_simulator.phone.site import Site
from wechat_simulator.state import StateFolder
from wechat_simulator.surface import Answer, Call, Plane, Registry, Route
from wechat_simulator.surfaces import registry
from wechat_simulator.world import Opening, Shared
from wechat_simulator.worlds import DEFAULT, Worlds

WORLDS = web.AppKey("worlds", Worlds)
_BODY_LIMIT = 8 * 1024 * 1024


class Simulator:
    """``async with Simulator() as sim`` listens at ``sim.url`` until the block ends."""

    def __init__(  # noqa: PLR0913 - each is one thing an operator may say
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int = 1,
        keys: KeyRing | None = None,
        state: StateFolder | None = None,
        site: Site | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._seed = seed
        self._state = state
        self._site = site
        self._keys = keys or (state.load_keys() if state else KeyRing())
        self._runner: web.AppRunner | None = None
        self._http: aiohttp.ClientSession | None = None
        self._signers = ThreadPoolExecutor(os.cpu_count(), "sign")
        self.worlds: Worlds
        self.url = ""

    async def __aenter__(self) -> Self:
        """Start listening."""
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=200), trust_env=False
        )
        surfaces = registry(self._site)
        self.worlds = Worlds(Shared(surfaces.blueprint, self._keys, self._http, self._signers))
        if self._state:
            self._state.restore(self.worlds)
        if DEFAULT not in {world.name for world in self.worlds.all()}:
            self.worlds.create(Opening(DEFAULT, self._seed))
        self._runner = web.AppRunner(
            _application(self.worlds, surfaces), shutdown_timeout=1, access_log=None
        )
        await self._runner.setup()
        self.worlds.serve_on(self._runner, self._host)
        port = await self.worlds.open_port(DEFAULT, self._port)
        self.url = f"http://{self._host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening, keep the state if asked to."""
        await self.worlds.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._state:
            self._state.save(self.worlds)
        if self._http is not None:
            await self._http.close()
        self._signers.shutdown()


def _application(worlds: Worlds, surfaces: Registry) -> web.Application:
    app = web.Application(client_max_size=_BODY_LIMIT)
    app[WORLDS] = worlds
    gateway = Gateway(worlds, surfaces)
    for route in surfaces.routes:
        app.router.add_route(route.method, route.path, gateway.handler(route))
    for unknown in (
        Route("*", "/v3/{anything:.*}", _unknown_pay, Plane.PAY),
        Route("*", "/{anything:.*}", _unknown, Plane.CONTROL),
    ):
        app.router.add_route("*", unknown.path, gateway.handler(unknown))
    return app


async def _unknown_pay(call: Call) -> Answer:
    operation = named(call.method, call.raw_url)
    if operation is not None:
        raise WeChatPayError(501, "NOT_IMPLEMENTED", not_served(operation))
    raise WeChatPayError(404, "RESOURCE_NOT_EXISTS", f"无此接口 {call.method} {call.raw_url}")


async def _unknown(call: Call) -> Answer:
    operation = named(call.method, call.raw_url)
    if operation is not None:
        raise ControlError(not_served(operation), status=501)
    raise ControlError(f"nothing is served at {call.method} {call.raw_url}", status=404)
