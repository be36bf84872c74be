"""Counting calls per minute and per Beijing day, for the documented limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal, TypeAlias

from wechat_simulator.moments import BEIJING
from wechat_simulator.parts import Part

Over: TypeAlias = Literal["minute", "day"]


@dataclass
class Rate:
    """Calls of one caller to one endpoint in the present minute and on the present day."""

    minute: str = ""
    in_minute: int = 0
    day: str = ""
    in_day: int = 0

    def count(self, now: datetime, per_minute: int, per_day: int) -> Over | None:
        """Count one call, or say which limit it would break; a refused call is not counted."""
        self._turn(now)
        if self.in_minute >= per_minute:
            return "minute"
        if self.in_day >= per_day:
            return "day"
        self.in_minute += 1
        self.in_day += 1
        return None

    def used_today(self, now: datetime) -> int:
        """How many calls were counted on this Beijing day."""
        self._turn(now)
        return self.in_day

    def clear(self) -> None:
        """Start today's count again, as clear_quota does."""
        self.in_day = 0

    def _turn(self, now: datetime) -> None:
        local = now.astimezone(BEIJING)
        minute, day = local.strftime("%Y-%m-%dT%H:%M"), local.strftime("%Y-%m-%d")
        if minute != self.minute:
            self.minute, self.in_minute = minute, 0
        if day != self.day:
            self.day, self.in_day = day, 0


@dataclass
class Rates(Part):
    """All counters of a world, by a text that names caller and endpoint."""

    name: ClassVar[str] = "weixin_rates"
    rates: dict[str, Rate] = field(default_factory=dict)

    def of(self, *key: str) -> Rate:
        """Return the counter for the key, a fresh one if there is none."""
        return self.rates.setdefault(" ".join(key), Rate())
