"""State as plain JSON and back, driven by the type hints of the dataclasses that hold it."""

from __future__ import annotations

import dataclasses
import types
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Self, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Return ``value`` as JSON-ready data; datetimes become ISO 8601 text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def from_plain(hint: type[T], value: Any) -> T:
    """Return ``value``, as made by ``to_plain``, as an instance of ``hint``."""
    return cast("T", _read(hint, value))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(hint: Any, value: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _read(_some(hint), value)
    if origin in (list, tuple):
        return origin(_read(get_args(hint)[0], item) for item in value)
    if origin is dict:
        return {key: _read(get_args(hint)[1], item) for key, item in value.items()}
    if isinstance(hint, type):
        return _read_class(hint, value)
    return value


def _some(hint: Any) -> Any:
    inner = [arg for arg in get_args(hint) if arg is not type(None)]
    return inner[0] if len(inner) == 1 else Any


def _read_class(hint: type, value: Any) -> Any:
    if dataclasses.is_dataclass(hint):
        hints = _hints(hint)
        return hint(**{f.name: _read(hints[f.name], value[f.name]) for f in _known(hint, value)})
    if issubclass(hint, Enum):
        return hint(value)
    if issubclass(hint, datetime):
        return datetime.fromisoformat(value)
    return value


def _known(hint: type, value: dict[str, Any]) -> list[dataclasses.Field[Any]]:
    fields = dataclasses.fields(hint)
    return [f for f in fields if f.name in value and f.init]


class Kept:
    """State that can be saved: subclass as a dataclass of plain data."""

    def dump(self) -> dict[str, Any]:
        """Return all state as JSON-ready data."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def load(cls, plain: dict[str, Any]) -> Self:
        """Return the state whose ``dump`` gave ``plain``."""
        return from_plain(cls, plain)
