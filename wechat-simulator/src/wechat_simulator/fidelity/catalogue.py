"""The operations of WeChat that a school can meet, served or not; the data is catalogue.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote

_TRANSCRIPT = "https://wechatpay.im/openapi"


@dataclass(frozen=True, slots=True)
class Operation:
    """One call, or a notice (``NOTICE event_type``), with WeChat's name and what is known of it."""

    area: str
    call: str
    name: str
    page: str = ""
    dated: str = ""
    recorded: str = ""
    report: str = ""
    vector: str = ""
    inference: str = ""

    @property
    def source(self) -> str:
        """The address of the vendor's page, or of its transcription."""
        if self.page != "transcript":
            return self.page
        return _TRANSCRIPT + quote(self.call.partition(" ")[2])

    def matches(self, method: str, path: str) -> bool:
        """Return whether a request is this operation."""
        wanted, _, template = self.call.partition(" ")
        return wanted == method and _pattern(template).fullmatch(path) is not None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", template)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


@cache
def operations() -> tuple[Operation, ...]:
    """Return all operations in the order of the catalogue."""
    text = files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")
    return tuple(
        Operation(area=area["name"], **operation)
        for area in tomllib.loads(text)["area"]
        for operation in area["operation"]
    )


def named(method: str, raw_url: str) -> Operation | None:
    """Return the operation a request asks for; a fixed path wins over one with parameters."""
    path = raw_url.partition("?")[0]
    found = [operation for operation in operations() if operation.matches(method, path)]
    return min(found, key=lambda operation: "{" in operation.call, default=None)


def not_served(operation: Operation) -> str:
    """Return the sentence for an operation this simulator does not serve."""
    return f"the simulator does not serve {operation.name} ({operation.call})"
