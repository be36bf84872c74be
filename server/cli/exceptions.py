"""`xianxue exceptions`, `xianxue exceptions-close`: what waits for a person, and that it was dealt with."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from models.exceptions import ExceptionCase
from server.cli.command import DEFAULT_CONFIG, ConfigPath, result_console, run_with_ports
from services import exceptions
from services.exceptions import close_by_operator, suggested_action
from services.ports import Ports

PAGE = 100
HOURS_A_DAY = 24


def list_exceptions(
    *,
    only_open: Annotated[bool, typer.Option("--open/--all", help="only what is open, or the closed too")] = True,
    language: Annotated[str, typer.Option(help="en or zh_CN")] = "en",
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """List what waits for a person: since when, whose turn it is, and what to do. Newest first."""
    run_with_ports(config, lambda ports: _list(ports, only_open=only_open, language=language))


def close_exception(
    exception_id: Annotated[str, typer.Argument(help="its id, as `xianxue exceptions` shows it")],
    outcome: Annotated[str, typer.Argument(help="what became of it")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Write down that an exception was dealt with."""
    run_with_ports(config, lambda ports: _close(ports, exception_id, outcome))


async def _list(ports: Ports, *, only_open: bool, language: str) -> None:
    now = await ports.clock.now()
    table = Table("id", "kind", "whose turn", "institution", "age", "what to do")
    for column in table.columns[:-1]:
        column.no_wrap = True
    page = await exceptions.list_exceptions(ports, is_open=True if only_open else None, limit=PAGE)
    while page.items:
        for case in page.items:
            table.add_row(*_row(case, case.age(now), language))
        if not page.next:
            break
        page = await exceptions.list_exceptions(ports, is_open=True if only_open else None, after=page.next, limit=PAGE)
    result_console().print(table if table.row_count else "nothing waits for a person")


def _row(case: ExceptionCase, age: timedelta, language: str) -> tuple[str, ...]:
    whose = case.owner if case.is_open else f"closed by {case.closed_by}"
    what = suggested_action(case, language) if case.is_open else case.outcome
    return case.id, case.kind, whose, case.institution_id, short_age(age), escape(what)


def short_age(age: timedelta) -> str:
    """Write a span for people: "3 d 4 h", "4 h 05 min", "12 min"."""
    minutes = int(age.total_seconds()) // 60
    hours, days = minutes // 60, age.days
    if days:
        return f"{days} d {hours % HOURS_A_DAY} h"
    return f"{hours} h {minutes % 60:02d} min" if hours else f"{minutes} min"


async def _close(ports: Ports, exception_id: str, outcome: str) -> None:
    closed = await close_by_operator(ports, exception_id, outcome)
    result_console().print(f"{closed.id} is closed: {closed.outcome}", markup=False)
