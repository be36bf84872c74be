"""Misbehaviour on request: what goes wrong, where, how often, and whether it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from wechat_simulator.errors import ControlError
from wechat_simulator.parts import Part
from wechat_simulator.surface import Plane
from wechat_simulator.wishes import integer, text

if TYPE_CHECKING:
    from wechat_simulator.world import World

DISTORTIONS = frozenset({"wrong_amount", "string_numbers", "unknown_keys", "mch_id_spelling"})
BAD_SIGNATURES = frozenset({"bad_signature", "signtest", "stale_timestamp", "unknown_serial"})
NOTICE_FATE = frozenset({"lost", "late", "twice", "reordered"})
NOTICE_TRY = DISTORTIONS | BAD_SIGNATURES | {"lost_once", "empty_associated_data"}
ENDPOINT_BEFORE = frozenset({"500", "429", "502_html", "hang", "cut", "lost", "late", "error"})
ENDPOINT_AFTER = DISTORTIONS | BAD_SIGNATURES | {"timeout_after_effect"}
PUSH_FATE = NOTICE_FATE
PUSH_TRY = frozenset(
    {"lost_once", "string_numbers", "unknown_keys", "bad_signature", "stale_timestamp"}
    | {"cut", "hang"}
)
PUSH_KINDS = PUSH_FATE | PUSH_TRY

REFUND_KINDS = frozenset({"abnormal", "closed"})
_SIGNED_ONLY = BAD_SIGNATURES | {"mch_id_spelling"}
_NUMBERS = ("delay_s", "gap_s", "hold_s", "after_s", "delta", "status", "numeric", "errcode")


@dataclass
class Fault:
    """An order to misbehave ``times`` times; ``options`` hold e.g. ``delay_s`` or ``status``."""

    id: str
    target: str
    kind: str
    times: int
    left: int
    options: dict[str, Any]

    def number(self, name: str, default: float) -> float:
        """Return a numeric option."""
        return float(self.options.get(name, default))

    def meets(self, target: str) -> bool:
        """Return whether this fault is meant for ``target`` (a trailing ``*`` is a wildcard)."""
        if self.target.endswith("*"):
            return target.startswith(self.target[:-1])
        return target == self.target


@dataclass
class Faults(Part):
    """The faults asked for, oldest first; each target takes the first that still has times."""

    name: ClassVar[str] = "faults"
    faults: list[Fault] = field(default_factory=list)

    def add(self, world: World, wish: dict[str, Any]) -> Fault:
        """Register a fault; ControlError when the target or the kind means nothing."""
        target, kind = text(wish, "target"), text(wish, "kind")
        _check(world, wish, target, kind)
        times = integer(wish, "times", 1)
        if times < 1:
            raise ControlError("times must be at least 1")
        options = {k: v for k, v in wish.items() if k not in ("target", "kind", "times")}
        fault = Fault(f"f{world.ids.number('fault')}", target, kind, times, times, options)
        self.faults.append(fault)
        return fault

    def take(self, target: str, kinds: frozenset[str]) -> Fault | None:
        """Return the next fault for ``target`` among ``kinds`` and count it as fired."""
        for fault in self.faults:
            if fault.left > 0 and fault.kind in kinds and fault.meets(target):
                fault.left -= 1
                return fault
        return None


def _check(world: World, wish: dict[str, Any], target: str, kind: str) -> None:
    if target.startswith("notice:"):
        kinds = NOTICE_FATE | NOTICE_TRY
    elif target.startswith("push:"):
        kinds = PUSH_KINDS
    elif target.startswith("refund:"):
        kinds = REFUND_KINDS
    else:
        kinds = _endpoint_kinds(world, target)
    if kind not in kinds:
        raise ControlError(f"kind {kind!r} means nothing at {target}; known: {sorted(kinds)}")
    for name in _NUMBERS:
        if not isinstance(wish.get(name, 0), (int, float)):
            raise ControlError(f"{name} must be a number")


def _endpoint_kinds(world: World, target: str) -> frozenset[str]:
    """Return what may happen at the routes of ``target``; the control plane is never faulty."""
    wild, start = target.endswith("*"), target.removesuffix("*")
    planes = {
        route.plane
        for route in world.registry.routes
        if (route.target.startswith(start) if wild else route.target == target)
    } - {Plane.CONTROL}
    if not planes:
        raise ControlError(f"no endpoint {target!r}; write METHOD and the route's template")
    kinds = ENDPOINT_BEFORE | ENDPOINT_AFTER
    return kinds if Plane.PAY in planes else kinds - _SIGNED_ONLY
