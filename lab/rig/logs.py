"""What programs write on their standard error: a run is clean only when none of them reported an error."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

SEVERE = frozenset({"error", "critical"})
ENTRY = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL):|\{")
"""How an entry begins; every other line belongs to the entry before it."""

MOST, WIDTH = 5, 1500


class ErrorLog:
    """The errors a log file took in since this was made; the file may not exist yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin = path.stat().st_size if path.exists() else 0

    def entries(self) -> list[str]:
        """Return the first entries of level error or above, each with the name of its file, and cut to what is read."""
        severe = (entry for entry in self._all() if _is_severe(entry))
        return [f"{self._path.name}: {_told(entry)}" for entry, _ in zip(severe, range(MOST), strict=False)]

    def _all(self) -> Iterator[str]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._begin)
            lines = file.read().decode("utf-8", errors="replace").splitlines()
        entry: list[str] = []
        for line in lines:
            if ENTRY.match(line) and entry:
                yield "\n".join(entry)
                entry = []
            entry.append(line)
        yield "\n".join(entry)


def _is_severe(entry: str) -> bool:
    """Whether it is an error: as structlog writes it (JSON), as `logging` does, or as Python does when it gives up."""
    first, *rest = entry.split("\n")
    level = _parsed(first).get("level", first.partition(":")[0].lower())
    return level in SEVERE or any(line.startswith("Traceback ") for line in (first, *rest))


def _told(entry: str) -> str:
    first, _, rest = entry.partition("\n")
    said = _parsed(first)
    if not said:
        return entry[-WIDTH:]
    where = {name: value for name, value in said.items() if name not in {"level", "timestamp", "exception"}}
    return f"{json.dumps(where, ensure_ascii=False)} {str(said.get('exception', rest))[-WIDTH:]}".rstrip()


def _parsed(entry: str) -> dict[str, object]:
    try:
        said = json.loads(entry)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
