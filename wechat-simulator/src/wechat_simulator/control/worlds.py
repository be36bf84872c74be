"""``/_sim/reset`` and ``/_sim/worlds``: fresh universes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wechat_simulator.errors import ControlError
from wechat_simulator.moments import parse_rfc3339
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer, no_content
from wechat_simulator.wishes import flag, integer, text
from wechat_simulator.world import Opening
from wechat_simulator.worlds import Worlds


def _all(call: Call) -> Worlds:
    if call.worlds is None:
        raise ControlError("not serving", status=500)
    return call.worlds


async def _reset(call: Call) -> Answer:
    await _all(call).reset(call.world.name)
    return json_answer({"name": call.world.name})


async def _open(call: Call) -> Answer:
    wish = call.json()
    worlds = _all(call)
    name = text(wish, "name", _free_name(worlds))
    running = flag(wish, "running", default=True)
    worlds.create(Opening(name, integer(wish, "seed", 1), _start(wish), running))
    port = await worlds.open_port(name)
    return json_answer({"name": name, "port": port, "url": f"http://{worlds.host}:{port}"})


def _free_name(worlds: Worlds) -> str:
    taken = {world.name for world in worlds.all()}
    return next(f"w{n}" for n in range(1, len(taken) + 2) if f"w{n}" not in taken)


def _start(wish: dict[str, Any]) -> datetime | None:
    try:
        return parse_rfc3339(text(wish, "start")) if "start" in wish else None
    except ValueError as error:
        raise ControlError(str(error)) from error


async def _close(call: Call) -> Answer:
    await _all(call).close(call.params["name"])
    return no_content()


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("POST", "/_sim/reset", _reset, Plane.CONTROL),
        Route("POST", "/_sim/worlds", _open, Plane.CONTROL),
        Route("DELETE", "/_sim/worlds/{name}", _close, Plane.CONTROL),
    )
