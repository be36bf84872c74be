"""Print docs/fidelity.md: ``python -m wechat_simulator fidelity > docs/fidelity.md``.

The numbers of tests are counted by ``make fidelity``, which runs all tests once.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from wechat_simulator.fidelity.catalogue import Operation, operations
from wechat_simulator.notices import EVENTS
from wechat_simulator.surfaces import registry

_HEAD = """# Fidelity

Every operation of WeChat that a school can meet: whether the simulator serves it, how many of its
tests call it, and what the answer rests on. An operation that is not served answers 501 with its
name. `page` is the vendor's page (or its transcription), `recorded` a published answer or notice,
`vector` published test data, `report` what others met; *decided here* is what no source says.
This page is printed by `make fidelity`.

"""
_KINDS = ("page", "recorded", "vector", "report")
_COLUMNS = "| | served | tested | page | recorded | vector | report | something decided here |\n"


@dataclass(frozen=True, slots=True)
class Line:
    """An operation with what is found out about it here."""

    operation: Operation
    served: bool
    tests: int


def lines(tests: Mapping[str, int]) -> list[Line]:
    """Return all operations with their state."""
    known = {route.target for route in registry().routes}
    known |= {f"NOTICE {event}" for event in EVENTS}
    return [Line(o, o.call in known, tests.get(o.call, 0)) for o in operations()]


def page(tests: Mapping[str, int]) -> str:
    """Return the page in Markdown."""
    found = lines(tests)
    areas = [(name, list(group)) for name, group in groupby(found, lambda x: x.operation.area)]
    score = _COLUMNS + "|---|---|---|---|---|---|---|---|\n"
    score += "".join(_score(name, group) for name, group in areas)
    score += _score("**all**", found)
    return _HEAD + _sentence(found) + score + "".join(_area(name, group) for name, group in areas)


def _sentence(found: list[Line]) -> str:
    served = [line.operation for line in found if line.served]
    share = 100 * len(served) // len(found)
    recorded = sum(1 for operation in served if operation.recorded or operation.vector)
    return (
        f"**Score: {len(served)} of {len(found)} served ({share} %); {recorded} of these held to a "
        "recorded answer or published data.** None was compared with live WeChat: a merchant can, "
        "with `wechat-simulator record`.\n\n"
    )


def _score(name: str, group: list[Line]) -> str:
    served = [line for line in group if line.served]
    rests = [sum(1 for line in served if getattr(line.operation, kind)) for kind in _KINDS]
    decided = sum(1 for line in served if line.operation.inference)
    tested = sum(1 for line in served if line.tests)
    numbers = [f"{len(served)} of {len(group)}", tested, *rests, decided]
    return f"| {name} | {' | '.join(str(number) for number in numbers)} |\n"


def _area(name: str, group: list[Line]) -> str:
    head = f"\n## {name}\n\n| operation | served | tests | rests on | decided here |\n"
    return head + "|---|---|---|---|---|\n" + "".join(_row(line) for line in group)


def _row(line: Line) -> str:
    operation = line.operation
    served = "yes" if line.served else "no" if operation.call.startswith("NOTICE") else "501"
    tests = str(line.tests or "") if line.served else ""
    rests = ", ".join(link for kind in _KINDS if (link := _link(operation, kind)))
    call = operation.call.replace("|", "\\|")
    inference = operation.inference if line.served else ""
    return f"| {operation.name} `{call}` | {served} | {tests} | {rests} | {inference} |\n"


def _link(operation: Operation, kind: str) -> str:
    value: str = getattr(operation, kind)
    if not value:
        return ""
    if kind == "page":
        word = "transcript" if value == "transcript" else "page"
        return f"[{word}]({operation.source})" + (f" {operation.dated}" if operation.dated else "")
    return f"[{kind}]({value})" if value.startswith("https://") and " " not in value else value


def main(arguments: list[str] | None = None) -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(prog="wechat_simulator fidelity", description=__doc__)
    parser.add_argument(
        "--tests", type=Path, default=Path("docs/fidelity-tests.json"), help="counted tests"
    )
    options = parser.parse_args(arguments)
    tests = json.loads(options.tests.read_text(encoding="utf-8")) if options.tests.exists() else {}
    print(page(tests), end="")
