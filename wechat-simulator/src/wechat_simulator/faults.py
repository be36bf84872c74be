"""Misbehaviour on request: what goes wrong, where, how often, and whether it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from wechat_simulator.parts import Part

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
CREATION_KINDS = frozenset({"created"})
CREATION_TARGETS = frozenset(
    {"POST /v3/payscore/serviceorder", "POST /v3/payscore/partner/serviceorder"}
)


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

    def take(self, target: str, kinds: frozenset[str]) -> Fault | None:
        """Return the next fault for ``target`` among ``kinds`` and count it as fired."""
        for fault in self.faults:
            if fault.left > 0 and fault.kind in kinds and fault.meets(target):
                fault.left -= 1
                return fault
        return None
