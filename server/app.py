"""The composition root: settings and the outside in, one application out."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from handlers.bot.answering import take_up_unfinished
from handlers.health import READY_CHECK, ReadyCheck
from handlers.operation import PORTS, TASKS
from jobs.scheduler import Jobs
from jobs.table import every_job
from server.config import Settings
from server.docs import DESCRIPTION, our_version
from server.middleware import errors_as_json, request_log
from server.openapi import describe
from server.outside import Outside
from server.routes import OPERATIONS, add_routes
from services.generation import is_present

DRAINING = web.AppKey("draining", list[bool])
"""Non-empty once shutdown began, so that /readyz turns traffic away first."""


def build_app(settings: Settings, outside: Outside) -> web.Application:
    """Join everything; nothing has happened yet when this returns."""
    app = web.Application(middlewares=[request_log, errors_as_json], client_max_size=settings.server.max_body_bytes)
    app[PORTS] = outside.ports
    tasks: set[asyncio.Task[None]] = set()
    app[TASKS] = tasks
    app[DRAINING] = []
    app[DESCRIPTION] = describe(OPERATIONS, our_version())
    app[READY_CHECK] = ReadyCheck(lambda: _checks(app, outside))
    add_routes(app)
    app.cleanup_ctx.append(_finish_tasks)
    if settings.jobs.in_server:
        app.cleanup_ctx.append(lambda _: _run_jobs(settings, outside))
    return app


def build_jobs(settings: Settings, outside: Outside) -> Jobs:
    """Make the schedule of this process."""
    jobs = every_job(answer_unfinished=take_up_unfinished)
    return Jobs(outside.ports, jobs, tick_s=settings.jobs.tick_s, may_work=outside.watch.is_right)


async def _checks(app: web.Application, outside: Outside) -> dict[str, str]:
    reachable = await outside.database.is_reachable()
    return {
        "mongo": "ok" if reachable else "unreachable",
        "serving": "shutting_down" if app[DRAINING] else "ok",
        "clock": "ok" if await outside.watch.is_right() else "off",
        "generation": "ok" if not reachable or await is_present(outside.ports) else "restart_needed",
    }


async def _run_jobs(settings: Settings, outside: Outside) -> AsyncIterator[None]:
    jobs = build_jobs(settings, outside)
    jobs.start()
    yield
    await jobs.stop(settings.server.shutdown_grace_s)


async def _finish_tasks(app: web.Application) -> AsyncIterator[None]:
    yield
    tasks = app[TASKS]
    if tasks:
        await asyncio.wait(tasks, timeout=10)
