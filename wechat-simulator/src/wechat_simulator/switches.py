"""Rules on which sources contradict each other, and numbers nobody published: set per world."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from wechat_simulator.errors import ControlError
from wechat_simulator.parts import Part


@dataclass(frozen=True, slots=True)
class Switch:
    """One setting: its default, what it decides, and its legal values when they are words."""

    name: str
    default: Any
    meaning: str
    choices: tuple[Any, ...] = ()


CORE_SWITCHES = (
    Switch(
        "signing",
        "public_key",
        "key that signs notices, and answers to requests whose Wechatpay-Serial names no key",
        ("public_key", "certificate"),
    ),
    Switch("request_tolerance_s", 300, "how far a request's timestamp may be off [N]"),
    Switch("notice_timeout_s", 5, "real seconds a merchant has to answer a notice"),
    Switch(
        "associated_data",
        "original_type",
        "associated_data of a notice: the word original_type, or the literal text to send",
    ),
    Switch(
        "param_error_detail",
        "recorded",
        "detail of PARAM_ERROR: location and value as answers seen in the field, or field, value, "
        "issue and location as the page of interface rules [X]",
        ("recorded", "documented"),
    ),
)


@dataclass
class Switches(Part):
    """The values in force; a name that no surface declares is refused."""

    name: ClassVar[str] = "switches"
    values: dict[str, Any] = field(default_factory=dict)
    known: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def declared(cls, declared: tuple[Switch, ...]) -> Self:
        """Return every declared switch at its default."""
        return cls(
            values={s.name: s.default for s in declared},
            known={s.name: list(s.choices) for s in declared},
        )

    def set(self, name: str, value: Any) -> None:
        """Change one switch; ControlError for an unknown name or an illegal value."""
        if name not in self.values:
            raise ControlError(f"unknown switch {name}; known: {', '.join(sorted(self.values))}")
        choices = self.known[name]
        if choices and value not in choices:
            raise ControlError(f"{name} must be one of {choices}")
        if not choices and not _same_kind(value, self.values[name]):
            raise ControlError(f"{name} must be like {self.values[name]!r}")
        self.values[name] = value

    def text(self, name: str) -> str:
        """Return a switch that is a word."""
        return str(self.values[name])

    def number(self, name: str) -> float:
        """Return a switch that is a number."""
        return float(self.values[name])

    def flag(self, name: str) -> bool:
        """Return a switch that is true or false."""
        return bool(self.values[name])


def _same_kind(value: Any, example: Any) -> bool:
    if isinstance(example, bool) or isinstance(value, bool):
        return isinstance(example, bool) and isinstance(value, bool)
    if isinstance(example, (int, float)):
        return isinstance(value, (int, float)) and value >= 0
    return isinstance(value, type(example))
