"""Typed keys of what the application carries for its handlers."""

from asyncio import Task

from aiohttp import web

from services.ports import Ports

PORTS = web.AppKey("ports", Ports)
TASKS = web.AppKey("tasks", set[Task[None]])
"""Work that outlives its request; kept here so that it is not lost, and drained on shutdown."""
