"""`xianxue dispute-decide`: the operator's word on a disputed lesson."""

from enum import StrEnum
from typing import Annotated

import typer

from server.cli.command import DEFAULT_CONFIG, ConfigPath, result_console, run_with_ports
from server.cli.order import OrderNo, print_state
from services import lessons
from services.ports import Ports


class Outcome(StrEnum):
    """How a dispute ends: the lesson is owed, or it is free."""

    CONFIRMED = "confirmed"
    VOID = "void"


def decide_dispute(
    no: OrderNo,
    n: Annotated[int, typer.Argument(help="the lesson's number", min=1)],
    outcome: Annotated[Outcome, typer.Argument(help="confirmed: it is owed; void: it is free")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Decide the dispute of one lesson; it cannot be decided again."""
    run_with_ports(config, lambda ports: _decide(ports, no, n, outcome))


async def _decide(ports: Ports, no: str, n: int, outcome: Outcome) -> None:
    order = await lessons.decide_dispute(ports, no, n, outcome.value)
    console = result_console()
    console.print(f"lesson {n} is {order.lesson(n).state}", markup=False)
    print_state(console, order)
