"""A clock that is wrong: the simulator's, told by an address of its own so many seconds off."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from lab.rig.processes import free_port
from lab.rig.simulator import Simulator


class WrongClock:
    """Tells the simulator's time `off`; whoever is configured with its address believes it."""

    def __init__(self, simulator: Simulator, off: timedelta) -> None:
        self.off = off
        self.address = f"http://127.0.0.1:{free_port()}"
        self._simulator = simulator

    async def tell(self, _: web.Request) -> web.Response:
        """Answer as the simulator's clock does."""
        now = datetime.fromisoformat(await self._simulator.now())
        return web.json_response({"now": (now + self.off).isoformat()})

    def config(self, right: Path) -> Path:
        """Write a configuration like another one, but for the clock; gives its path."""
        text = right.read_text(encoding="utf-8")
        clock = f'[clock]\nsource = "{self._simulator.address}"'
        wrong = right.with_name(f"wrong-{right.name}")
        wrong.touch(mode=0o600)
        wrong.write_text(text.replace(clock, f'[clock]\nsource = "{self.address}"'), encoding="utf-8")
        return wrong


@asynccontextmanager
async def wrong_clock(simulator: Simulator, off: timedelta) -> AsyncIterator[WrongClock]:
    """Serve a wrong clock until the block ends."""
    clock = WrongClock(simulator, off)
    app = web.Application()
    app.router.add_get("/_sim/clock", clock.tell)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", int(clock.address.rpartition(":")[2])).start()
        yield clock
    finally:
        await runner.cleanup()
