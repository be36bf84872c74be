"""Reading what the control plane is asked for: the right type, or a ControlError.

Null counts as absent.
"""

from __future__ import annotations

from typing import Any

from wechat_simulator.errors import ControlError

Wishes = dict[str, Any]


def integer(wishes: Wishes, name: str, default: int) -> int:
    """Return an integer wish."""
    value = default if wishes.get(name) is None else wishes[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise ControlError(f"{name} must be an integer")
    return value


def text(wishes: Wishes, name: str, default: str = "") -> str:
    """Return a wish that is text."""
    value = default if wishes.get(name) is None else wishes[name]
    if not isinstance(value, str):
        raise ControlError(f"{name} must be text")
    return value


def flag(wishes: Wishes, name: str, *, default: bool) -> bool:
    """Return a wish that is true or false."""
    value = default if wishes.get(name) is None else wishes[name]
    if not isinstance(value, bool):
        raise ControlError(f"{name} must be true or false")
    return value
