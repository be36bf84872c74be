"""A part is one named piece of a world's state: a dataclass of plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from wechat_simulator.plain import from_plain, to_plain

if TYPE_CHECKING:
    from wechat_simulator.world import World


@dataclass
class Part:
    """Subclass as a dataclass, set ``name``; saving, loading and dumping then come for free."""

    name: ClassVar[str]

    @classmethod
    def fresh(cls, world: World) -> Self:
        """Return the part of a new world; override when it depends on the world."""
        del world
        return cls()

    def dump(self) -> dict[str, Any]:
        """Return all state as JSON-ready data."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def load(cls, plain: dict[str, Any]) -> Self:
        """Return the part whose ``dump`` gave ``plain``."""
        return from_plain(cls, plain)
