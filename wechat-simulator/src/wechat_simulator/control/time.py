"""``/_sim/clock``: read virtual time, move it, freeze it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import ControlError
from wechat_simulator.moments import parse_rfc3339, rfc3339_utc
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.wishes import flag, text

if TYPE_CHECKING:
    from wechat_simulator.clock import VirtualClock
    from wechat_simulator.world import World


async def _read(call: Call) -> Answer:
    return _shown(call.world)


async def _set(call: Call) -> Answer:
    wish = call.json()
    world = call.world
    if "running" in wish:
        world.clock.set_running(flag(wish, "running", default=True))
    try:
        await _move(world.clock, wish)
    except (ValueError, TypeError, OverflowError) as error:
        raise ControlError(str(error)) from error
    return _shown(world)


async def _move(clock: VirtualClock, wish: dict[str, Any]) -> None:
    if "to" in wish:
        await clock.advance_to(parse_rfc3339(text(wish, "to")))
    elif "advance_s" in wish:
        await clock.advance_by(float(wish["advance_s"]))


def _shown(world: World) -> Answer:
    following = world.clock.following()
    due = {"at": rfc3339_utc(following.when), "kind": following.kind} if following else None
    return json_answer(
        {
            "now": rfc3339_utc(world.now()),
            "running": world.clock.running,
            "next": due,
        }
    )


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("GET", "/_sim/clock", _read, Plane.CONTROL),
        Route("POST", "/_sim/clock", _set, Plane.CONTROL),
    )
