"""Alive and ready, for whoever watches the process."""

from collections.abc import Awaitable, Callable

from aiohttp import web


class ReadyCheck:
    """Asks each dependency; the word is "ok" when it can be used."""

    def __init__(self, ask: Callable[[], Awaitable[dict[str, str]]]) -> None:
        self.ask = ask


READY_CHECK = web.AppKey("ready_check", ReadyCheck)


async def alive(_: web.Request) -> web.Response:
    """Say that the process runs."""
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """Say whether requests can be served now: 503 while a dependency is missing or shutdown has begun."""
    checks = await request.app[READY_CHECK].ask()
    good = all(word == "ok" for word in checks.values())
    return web.json_response({"status": "ok" if good else "not_ready", "checks": checks}, status=200 if good else 503)
