"""An application served from this process, where a database or a job of it can be looked at or run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def serving(app: web.Application, port: int = 0, *, handler_cancellation: bool = False) -> AsyncIterator[str]:
    """Serve an application on a loopback port, a free one unless one is given; yields its address."""
    runner = web.AppRunner(app, access_log=None, handler_cancellation=handler_cancellation, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
