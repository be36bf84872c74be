"""A part is one named piece of a world's state: a dataclass of plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from wechat_simulator.plain import Kept

if TYPE_CHECKING:
    from wechat_simulator.ids import Ids


@dataclass
class Part(Kept):
    """Subclass as a dataclass, set ``name``; saving, loading and dumping then come for free."""

    name: ClassVar[str]

    @classmethod
    def fresh(cls, ids: Ids) -> Self:
        """Return the part of a new world; override when it begins with something in it."""
        del ids
        return cls()
