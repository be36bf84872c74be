"""``/_sim/faults`` and ``/_sim/switches``: what goes wrong, and which rules hold."""

from __future__ import annotations

from wechat_simulator.plain import to_plain
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer, no_content


async def _add_fault(call: Call) -> Answer:
    fault = call.world.faults.add(call.world, call.json())
    return json_answer({"id": fault.id})


async def _list_faults(call: Call) -> Answer:
    faults = call.world.faults.faults
    return json_answer(
        {"faults": [{**to_plain(fault), "fired": fault.times - fault.left} for fault in faults]}
    )


async def _clear_faults(call: Call) -> Answer:
    call.world.faults.faults.clear()
    return no_content()


async def _read_switches(call: Call) -> Answer:
    return json_answer(call.world.switches.values)


async def _set_switches(call: Call) -> Answer:
    for name, value in call.json().items():
        call.world.switches.set(name, value)
    return json_answer(call.world.switches.values)


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("POST", "/_sim/faults", _add_fault, Plane.CONTROL),
        Route("GET", "/_sim/faults", _list_faults, Plane.CONTROL),
        Route("DELETE", "/_sim/faults", _clear_faults, Plane.CONTROL),
        Route("GET", "/_sim/switches", _read_switches, Plane.CONTROL),
        Route("POST", "/_sim/switches", _set_switches, Plane.CONTROL),
    )
