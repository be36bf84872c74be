"""What is kept of an answer: names and kinds, never the merchant's or anybody's data."""

from __future__ import annotations

import re
from typing import Any

_KINDS: tuple[tuple[str, str], ...] = (
    (r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", "{}"),  # a word of an enumeration is nobody's secret
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)", "time with milliseconds"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", "time"),
    (r"\d{4}-\d\d-\d\d", "day"),
    (r"https?://\S+", "address"),
    (r"[0-9a-f]{32,}", "hexadecimal"),
)
_LONGEST_WORD = 40
_PRIVATE = re.compile(r"https?://[!-~]+|[0-9A-Za-z_\-]*\d[0-9A-Za-z_\-]{5,}|o[0-9A-Za-z_\-]{27}")


def shape(value: Any) -> Any:
    """Return ``value`` with every value replaced by its kind; lists keep one merged element."""
    if isinstance(value, dict):
        return {str(name): shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_merged([shape(item) for item in value])] if value else []
    if isinstance(value, str):
        return _kind(value)
    return {bool: "boolean", int: "integer", float: "number"}.get(type(value), "null")


def _kind(text: str) -> str:
    if not text:
        return "empty text"
    for pattern, kind in _KINDS:
        if len(text) <= _LONGEST_WORD or kind != "{}":
            found = re.fullmatch(pattern, text)
            if found and not (kind == "{}" and any(c.isdigit() for c in text)):
                return kind.format(text)
    return f"{len(text)} digits" if text.isascii() and text.isdigit() else "text"


def _merged(items: list[Any]) -> Any:
    if not all(isinstance(item, dict) for item in items):
        return items[0]
    names = dict.fromkeys(name for item in items for name in item)
    return {name: next(item[name] for item in items if name in item) for name in names}


def sentence(text: str, private: tuple[str, ...]) -> str:
    """Return WeChat's sentence without addresses, numbers, openids and what is ``private``."""
    for value in sorted(private, key=len, reverse=True):
        text = text.replace(value, "…")
    return _PRIVATE.sub("…", text)


def differences(real: Any, ours: Any, where: str = "") -> list[str]:
    """Return how two shapes differ: names, JSON types, lengths of numbers, spellings of time."""
    if isinstance(real, dict) and isinstance(ours, dict):
        found = [f"{where}/{name}: only at WeChat" for name in real if name not in ours]
        found += [f"{where}/{name}: only in the simulator" for name in ours if name not in real]
        for name in real:
            if name in ours:
                found += differences(real[name], ours[name], f"{where}/{name}")
        return found
    if isinstance(real, list) and isinstance(ours, list):
        return differences(real[0], ours[0], f"{where}/0") if real and ours else []
    if _alike(real, ours):
        return []
    return [f"{where}: {real} at WeChat, {ours} in the simulator"]


def _alike(real: Any, ours: Any) -> bool:
    if real == ours:
        return True
    if not isinstance(real, str) or not isinstance(ours, str):
        return False
    loose = ("text", "empty text", "hexadecimal")
    return (real in loose and ours in loose) or (_is_word(real) and _is_word(ours))


def _is_word(kind: str) -> bool:
    return kind.isupper() or kind == "empty text"
