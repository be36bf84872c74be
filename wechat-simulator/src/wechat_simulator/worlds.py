"""Many worlds at once: chosen by the X-Sim-World header, else by the port that was called."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from aiohttp import web

from wechat_simulator.errors import ControlError
from wechat_simulator.world import Opening, World

if TYPE_CHECKING:
    from wechat_simulator.world import Shared

DEFAULT = "default"


class Worlds:
    """The living worlds by name; opening one costs milliseconds because keys are shared."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self._worlds: dict[str, World] = {}
        self._ports: dict[int, str] = {}
        self._sites: dict[str, web.SockSite] = {}
        self._runner: web.AppRunner | None = None
        self.host = "127.0.0.1"

    def of(self, request: web.Request) -> World:
        """Return the world a request belongs to; ControlError 404 for an unknown name."""
        name = request.headers.get("X-Sim-World")
        if name is None:
            address = request.transport.get_extra_info("sockname") if request.transport else None
            name = self._ports.get(address[1], DEFAULT) if address else DEFAULT
        return self.named(name)

    def named(self, name: str) -> World:
        """Return the world called ``name``; ControlError 404 when there is none."""
        if name not in self._worlds:
            raise ControlError(f"no world {name!r}", status=404)
        return self._worlds[name]

    def all(self) -> list[World]:
        """Return every living world."""
        return list(self._worlds.values())

    def create(self, opening: Opening) -> World:
        """Make a fresh world and start its clock; ControlError when the name is taken."""
        if opening.name in self._worlds:
            raise ControlError(f"world {opening.name!r} exists already", status=409)
        world = World(opening, self.shared)
        self._worlds[opening.name] = world
        world.clock.start()
        return world

    async def reset(self, name: str) -> World:
        """Replace a world by a fresh one: same name, seed, port, start of time."""
        old = self.named(name)
        await old.clock.stop()
        del self._worlds[name]
        return self.create(old.opening)

    def serve_on(self, runner: web.AppRunner, host: str) -> None:
        """Remember where further ports are to be opened."""
        self._runner, self.host = runner, host

    async def open_port(self, name: str, port: int = 0) -> int:
        """Listen on ``port`` (0 = a free one) for the world ``name``; return the port."""
        if self._runner is None:
            raise RuntimeError("not serving")
        # bound here: of two worlds opened at once each must know its own port
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.create_server((self.host, port), family=family)
        site = web.SockSite(self._runner, listener)
        await site.start()
        number = int(listener.getsockname()[1])
        self._sites[name], self._ports[number] = site, name
        return number

    async def close(self, name: str) -> None:
        """End a world and free its port; connections still open to it are answered 404."""
        if name == DEFAULT:
            raise ControlError("the default world cannot be closed; reset it")
        await self.named(name).clock.stop()
        del self._worlds[name]
        site = self._sites.pop(name, None)
        if site is not None:
            await site.stop()

    async def stop(self) -> None:
        """Stop every clock."""
        for world in self._worlds.values():
            await world.clock.stop()
