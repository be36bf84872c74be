"""Every request received, the newest kept, for tests that ask what was really sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from wechat_simulator.moments import rfc3339_utc
from wechat_simulator.parts import Part

KEPT = 20_000


@dataclass(slots=True)
class Received:
    """One request and what became of it; ``status`` is None when no answer was sent."""

    at: datetime
    method: str
    path: str
    status: int | None
    request_id: str
    body: str

    def view(self) -> dict[str, Any]:
        """Return the entry for the control plane."""
        return {
            "at": rfc3339_utc(self.at),
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "request_id": self.request_id,
            "body": self.body,
        }


@dataclass
class RequestLog(Part):
    """A bounded log, newest last."""

    name: ClassVar[str] = "requests"
    entries: list[Received] = field(default_factory=list)

    def add(self, entry: Received) -> None:
        """Remember one request."""
        self.entries.append(entry)
        if len(self.entries) > KEPT:
            del self.entries[0]

    def view(self, path: str | None) -> list[dict[str, Any]]:
        """Return the entries whose path contains ``path``, oldest first."""
        return [e.view() for e in self.entries if path is None or path in e.path]
