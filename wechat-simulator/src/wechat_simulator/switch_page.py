"""Print docs/switches.md: ``python -m wechat_simulator switches > docs/switches.md``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import orjson

from wechat_simulator.surfaces import registry

if TYPE_CHECKING:
    from wechat_simulator.switches import Switch

_HEAD = """# Switches

Rules and numbers of a world: `GET /_sim/switches` shows them, `POST /_sim/switches {name: value}`
changes them. `[X]`: WeChat's own sources contradict each other. `[N]`: no source confirms it, the
default is a guess. This page is printed by `python -m wechat_simulator switches`.

| name | default | or | decides |
|---|---|---|---|
"""
_LONGEST = 40


def page() -> str:
    """Return the page in Markdown."""
    return _HEAD + "".join(_row(switch) for switch in registry().switches)


def _row(switch: Switch) -> str:
    others = ", ".join(_code(choice) for choice in switch.choices if choice != switch.default)
    return f"| `{switch.name}` | {_code(switch.default)} | {others} | {switch.meaning} |\n"


def _code(value: object) -> str:
    text = orjson.dumps(value).decode()
    return f"`{text}`" if len(text) <= _LONGEST else "a table: see `GET /_sim/switches`"


def main(arguments: list[str] | None = None) -> None:
    """Print the page."""
    argparse.ArgumentParser(prog="wechat_simulator switches", description=__doc__).parse_args(
        arguments
    )
    print(page(), end="")


if __name__ == "__main__":
    main()
