"""Running the processes: the web server, or a worker that only does jobs; both stop cleanly when asked."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import web
from structlog import get_logger

from server.app import DRAINING, build_app, build_jobs
from server.config import Settings
from server.outside import open_outside
from services.ports import Ports
from store.database import Database
from store.embedded.mongo import EmbeddedMongoError

log = get_logger()
Prepare = Callable[[Ports], Awaitable[None]]


async def serve(settings: Settings, prepare: Prepare) -> None:
    """Prepare, then serve until SIGTERM or SIGINT: refuse traffic, finish what was begun, close in reverse."""
    async with open_outside(settings) as outside:
        await prepare(outside.ports)
        app = build_app(settings, outside)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=settings.server.shutdown_grace_s)
        await runner.setup()
        try:
            site = web.TCPSite(runner, settings.server.host, settings.server.port)
            await site.start()
            host, port = runner.addresses[0][:2]
            print(f"xianxue listening on http://{host}:{port}", flush=True)  # noqa: T201 - the starter waits for it
            asked = stop_signals()
            await _until_asked_or_lost(asked, outside.database)
            await _drain(app, asked, settings.server.drain_s)
        finally:
            await runner.cleanup()


async def work(settings: Settings) -> None:
    """Do jobs until SIGTERM or SIGINT."""
    async with open_outside(settings) as outside:
        jobs = build_jobs(settings, outside)
        jobs.start()
        print("xianxue is working", flush=True)  # noqa: T201 - the starter waits for it
        try:
            await _until_asked_or_lost(stop_signals(), outside.database)
        finally:
            log.info("stopping", action="process.stop")
            await jobs.stop(settings.server.shutdown_grace_s)


async def until_asked_to_stop() -> None:
    """Wait for SIGTERM or SIGINT."""
    await stop_signals().get()


async def _until_asked_or_lost(asked: "asyncio.Queue[int]", database: Database) -> None:
    """Wait for SIGTERM or SIGINT; raises EmbeddedMongoError when the database will never answer again.

    The process then ends, not to wait for a port where nothing comes back, and its supervisor starts it anew.
    """
    signal_came = asyncio.ensure_future(asked.get())
    either: set[asyncio.Future[Any]] = {signal_came, database.lost}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    signal_came.cancel()
    if database.lost.done():
        log.error("the database is lost", action="process.database_lost", why=database.lost.result())
        raise EmbeddedMongoError(database.lost.result())


def stop_signals() -> "asyncio.Queue[int]":
    """Return a queue that every SIGTERM and SIGINT from now on is put into."""
    asked: asyncio.Queue[int] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, asked.put_nowait, name)
    return asked


async def _drain(app: web.Application, asked: "asyncio.Queue[int]", drain_s: float) -> None:
    """Say at /readyz that no more should come, and serve what still does until the time or a second signal."""
    log.info("draining", action="process.drain", seconds=drain_s)
    app[DRAINING].append(True)
    with suppress(TimeoutError):
        await asyncio.wait_for(asked.get(), drain_s)
    log.info("stopping", action="process.stop")
