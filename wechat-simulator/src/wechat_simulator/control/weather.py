"""``/_sim/faults`` and ``/_sim/switches``: what goes wrong, and which rules hold."""

from __future__ import annotations

from typing import Any

from wechat_simulator.errors import ControlError
from wechat_simulator.faults import (
    BAD_SIGNATURES,
    CREATION_KINDS,
    CREATION_TARGETS,
    ENDPOINT_AFTER,
    ENDPOINT_BEFORE,
    NOTICE_FATE,
    NOTICE_TRY,
    PUSH_KINDS,
    REFUND_KINDS,
    Fault,
)
from wechat_simulator.plain import to_plain
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer, no_content
from wechat_simulator.wishes import integer, text

_SIGNED_ONLY = BAD_SIGNATURES | {"mch_id_spelling"}
_NUMBERS = ("delay_s", "gap_s", "hold_s", "after_s", "delta", "status", "numeric", "errcode")


async def _add_fault(call: Call) -> Answer:
    wish = call.json()
    target, kind = text(wish, "target"), text(wish, "kind")
    _check(call.registry.routes, wish, target, kind)
    times = integer(wish, "times", 1)
    if times < 1:
        raise ControlError("times must be at least 1")
    options = {k: v for k, v in wish.items() if k not in ("target", "kind", "times")}
    fault = Fault(f"f{call.world.ids.number('fault')}", target, kind, times, times, options)
    call.world.faults.faults.append(fault)
    return json_answer({"id": fault.id})


def _check(routes: tuple[Route, ...], wish: dict[str, Any], target: str, kind: str) -> None:
    if target.startswith("notice:"):
        kinds = NOTICE_FATE | NOTICE_TRY
    elif target.startswith("push:"):
        kinds = PUSH_KINDS
    elif target.startswith("refund:"):
        kinds = REFUND_KINDS
    else:
        kinds = _endpoint_kinds(routes, target)
    if kind not in kinds:
        raise ControlError(f"kind {kind!r} means nothing at {target}; known: {sorted(kinds)}")
    for name in _NUMBERS:
        if not isinstance(wish.get(name, 0), (int, float)):
            raise ControlError(f"{name} must be a number")


def _endpoint_kinds(routes: tuple[Route, ...], target: str) -> frozenset[str]:
    """Return what may happen at the routes of ``target``; the control plane is never faulty."""
    wild, start = target.endswith("*"), target.removesuffix("*")
    met = [r for r in routes if (r.target.startswith(start) if wild else r.target == target)]
    planes = {route.plane for route in met} - {Plane.CONTROL}
    if not planes:
        raise ControlError(f"no endpoint {target!r}; write METHOD and the route's template")
    kinds = ENDPOINT_BEFORE | ENDPOINT_AFTER
    if any(route.target in CREATION_TARGETS for route in met):
        kinds |= CREATION_KINDS
    return kinds if Plane.PAY in planes else kinds - _SIGNED_ONLY


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
