"""How many customer-service messages an app may still send to one user.

Each act of the user opens a window with a number of messages. Allowances do not add up: an act
raises what is left to that act's number, and the end to that act's end, if they are higher (guide
"客服消息使用指南", 下发条件说明). The numbers have changed over the years, so they are switches.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

Refusal: TypeAlias = Literal["closed", "used_up"]


@dataclass(frozen=True, slots=True)
class Window:
    """What one kind of act opens: so many messages within so many seconds."""

    messages: int
    seconds: int


@dataclass
class Allowance:
    """State for one user of one app."""

    left: int = 0
    until: datetime | None = None

    def open(self, window: Window, now: datetime) -> None:
        """Apply an act of the user."""
        end = now + timedelta(seconds=window.seconds)
        if self.until is None or now >= self.until:
            self.left, self.until = window.messages, end
            return
        self.left, self.until = max(self.left, window.messages), max(self.until, end)

    def refusal(self, now: datetime) -> Refusal | None:
        """Why a message cannot be sent now, or None."""
        if self.until is None or now >= self.until:
            return "closed"
        return None if self.left else "used_up"

    def spend(self) -> None:
        """Count one message that was sent; only after `refusal` said None."""
        self.left -= 1
