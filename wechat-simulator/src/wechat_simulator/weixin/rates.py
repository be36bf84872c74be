"""Counting calls per minute and per Beijing day, for the documented limits."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

Over: TypeAlias = Literal["minute", "day"]


@dataclass(slots=True)
class Rate:
    """Calls of one caller to one endpoint: times within the last minute, and a count for today."""

    recent: list[datetime] = field(default_factory=list)
    day: str = ""
    today: int = 0

    def count(self, now: datetime, per_minute: int, per_day: int) -> Over | None:
        """Count one call, or say which limit it would break; a refused call is not counted."""
        self.recent = [at for at in self.recent if now - at < timedelta(minutes=1)]
        self._turn_day(now)
        if len(self.recent) >= per_minute:
            return "minute"
        if self.today >= per_day:
            return "day"
        self.recent.append(now)
        self.today += 1
        return None

    def used_today(self, now: datetime) -> int:
        """How many calls were counted on this Beijing day."""
        self._turn_day(now)
        return self.today

    def clear(self) -> None:
        """Start today's count again, as clear_quota does."""
        self.today = 0

    def _turn_day(self, now: datetime) -> None:
        day = (now + timedelta(hours=8)).date().isoformat()
        if day != self.day:
            self.day, self.today = day, 0
