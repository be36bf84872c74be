"""Which fields an answer must have, and of which type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEXT, INT, LIST, DICT, BOOL = str, int, list, dict, bool
Shape = dict[str, type]


def has(plain: Any, shape: Mapping[str, type]) -> None:
    wrong = {name for name, kind in shape.items() if type(plain.get(name)) is not kind}
    assert not wrong, (wrong, plain)
