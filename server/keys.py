"""Typed keys only the wiring uses."""

from aiohttp import web

from server.config import Settings

SETTINGS = web.AppKey("settings", Settings)
DRAINING = web.AppKey("draining", list[bool])
"""Non-empty once shutdown began, so that /readyz turns traffic away first."""
