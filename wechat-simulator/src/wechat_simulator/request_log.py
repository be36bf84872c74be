"""Every request received, the newest kept, for tests that ask what was really sent."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wechat_simulator.moments import rfc3339_utc

KEPT = 20_000


@dataclass(slots=True)
class Received:
    """One request and what became of it; ``status`` is None when no answer was sent."""

    at: datetime
    method: str
    path: str
    status: int | None
    request_id: str
    body: bytes

    def view(self) -> dict[str, Any]:
        """Return the entry for the control plane."""
        return {
            "at": rfc3339_utc(self.at),
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "request_id": self.request_id,
            "body": self.body.decode("utf-8", "replace"),
        }


class RequestLog:
    """A bounded log, newest last."""

    def __init__(self) -> None:
        self._entries: deque[Received] = deque(maxlen=KEPT)

    def add(self, entry: Received) -> None:
        """Remember one request."""
        self._entries.append(entry)

    def view(self, path: str | None) -> list[dict[str, Any]]:
        """Return the entries whose path contains ``path``, oldest first."""
        return [e.view() for e in self._entries if path is None or path in e.path]
