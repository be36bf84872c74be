"""The control plane under ``/_sim``: how a test looks into WeChat and plays its users."""

from __future__ import annotations

from wechat_simulator.control import credentials, inspect, people, time, weather, worlds
from wechat_simulator.surface import Surface


def surface() -> Surface:
    """Return every control route."""
    modules = (credentials, inspect, people, time, weather, worlds)
    return Surface(routes=tuple(route for module in modules for route in module.routes()))
