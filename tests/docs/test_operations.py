"""The guide names every job, metric, reason for parking, exception and command there is."""

import ast
import re
from itertools import pairwise

import pytest
from prometheus_client.metrics import MetricWrapperBase

import jobs.metrics
import server.metrics
from handlers.bot.answering import take_up_unfinished
from jobs.table import every_job
from models.exceptions import ExceptionKind
from server.cli import app
from tests.architecture.source import ROOT, nodes, product_files

TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def metrics() -> list[str]:
    found = [*vars(jobs.metrics).values(), *vars(server.metrics).values()]
    return [f"{one.describe()[0].name}" for one in found if isinstance(one, MetricWrapperBase)]


def parking_reasons() -> set[str]:
    """Return every reason written out where an order is parked: by calling the rule, or by handing it on."""
    calls = [node for path in product_files() for node in nodes(path) if isinstance(node, ast.Call)]
    said = [call.args[2] for call in calls if parks(call.func)]
    said += [reason for call in calls for rule, reason in pairwise(call.args) if parks(rule)]
    return {reason.value for reason in said if isinstance(reason, ast.Constant)}


def parks(rule: ast.expr) -> bool:
    return ast.unparse(rule).rpartition(".")[2] == "park_order"


def commands() -> list[str]:
    names = [command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands]
    return [name for name in names if name != "sample-data"]


@pytest.mark.parametrize(
    "names",
    [
        [job.name for job in every_job(answer_unfinished=take_up_unfinished)],
        metrics(),
        sorted(parking_reasons()),
        sorted(ExceptionKind),
        [f"xianxue {name}" for name in commands()],
    ],
    ids=["jobs", "metrics", "parking reasons", "exceptions", "commands"],
)
def test_the_guide_names_every_one_of(names: list[str]) -> None:
    assert len(names) > 1
    assert [name for name in names if not re.search(rf"`{re.escape(name)}|{re.escape(name)} ", TEXT)] == []
