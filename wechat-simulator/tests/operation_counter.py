"""Counts which operations each test calls: ``COUNT_OPERATIONS=docs/fidelity-tests.json pytest``."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from wechat_simulator.fidelity.catalogue import named

if TYPE_CHECKING:
    from wechat_simulator.server import Simulator

TARGET = os.environ.get("COUNT_OPERATIONS", "")
SWEEPS = ("test_fault_matrix",)  # they touch everything and look at the faults alone
COUNTS: Counter[str] = Counter()


def note(test: str, simulator: Simulator) -> None:
    """Count each operation once for this test."""
    if not TARGET or any(sweep in test for sweep in SWEEPS):
        return
    calls: set[str] = set()
    for world in simulator.worlds.all():
        for request in world.requests.entries:
            operation = named(request.method, request.path)
            calls |= {operation.call} if operation else set()
        calls |= {f"NOTICE {notice.event_type}" for notice in world.notices.notices.values()}
    COUNTS.update(calls)


def write() -> None:
    """Write the counts where they are wanted."""
    if TARGET:
        text = json.dumps(dict(sorted(COUNTS.items())), indent=1, ensure_ascii=False)
        Path(TARGET).write_text(text + "\n", encoding="utf-8")
