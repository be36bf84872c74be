"""One attempt to deliver something to a merchant's or developer's server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wechat_simulator.moments import rfc3339_utc


@dataclass
class Try:
    """One delivery: the server's HTTP status, or why there was none."""

    at: datetime
    status: int | None
    error: str | None

    @classmethod
    def failed(cls, at: datetime, error: Exception) -> Try:
        """Return a try that got no answer."""
        return cls(at, None, f"{type(error).__name__}: {error}".strip(": "))

    def view(self) -> dict[str, Any]:
        """Return the try for the control plane."""
        return {"at": rfc3339_utc(self.at), "status": self.status, "error": self.error}
