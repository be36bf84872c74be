"""`xianxue order` and its sisters: looking at one order, ending it, letting it or a report of it go on."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from models.charge import Charge
from models.money import yuan
from models.order import Order
from server.cli.command import DEFAULT_CONFIG, ConfigPath, result_console, run_with_ports
from services import lessons
from services.changing import require_order
from services.ending import end_by_operator
from services.parking import unpark_order as unpark
from services.ports import Ports
from services.refunding import settle_refund_by_operator
from services.timeline import timeline

OrderNo = Annotated[str, typer.Argument(help="the order's number, X…")]


def show_order(
    no: OrderNo,
    language: Annotated[str, typer.Option(help="of the timeline: en or zh_CN")] = "en",
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Show an order: its state, its money, and its whole story."""
    run_with_ports(config, lambda ports: _show(ports, no, language))


def end_order(
    no: OrderNo,
    reason: Annotated[str, typer.Argument(help="why; learner and institution read it")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """End an order as the operator: nothing later can be charged, taught lessons keep their window."""
    run_with_ports(config, lambda ports: _end(ports, no, reason))


def unpark_order(
    no: OrderNo,
    reason: Annotated[str, typer.Argument(help="what was found and put right; it stays in the order's story")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Let a parked order go on, after a person has compared its money with WeChat's."""
    run_with_ports(config, lambda ports: _unpark(ports, no, reason))


def settle_refund(
    no: OrderNo,
    refund_no: Annotated[str, typer.Argument(help="the refund's number, as `xianxue order` shows it")],
    reference: Annotated[str, typer.Argument(help="the proof that the learner has the money: a transfer's number, …")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Record that a refund WeChat could not make was made another way."""
    run_with_ports(config, lambda ports: _settle_refund(ports, no, refund_no, reference))


def allow_report(
    no: OrderNo,
    n: Annotated[int, typer.Argument(help="the lesson's number", min=1)],
    reason: Annotated[str, typer.Argument(help="why; it stays in the order's story")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Let the institution's next report (or make-up) of a lesson through although it is outside the rules."""
    run_with_ports(config, lambda ports: _allow(ports, no, n, reason))


async def _show(ports: Ports, no: str, language: str) -> None:
    order = await require_order(ports, no)
    console = result_console()
    print_state(console, order)
    console.print(_money(order))
    for line in await timeline(ports, order, language):
        console.print(f"{line.fact.seq:>4}  {line.text}", markup=False)


async def _end(ports: Ports, no: str, reason: str) -> None:
    print_state(result_console(), await end_by_operator(ports, no, reason))


async def _allow(ports: Ports, no: str, n: int, reason: str) -> None:
    print_state(result_console(), await lessons.allow_report(ports, no, n, reason))


async def _settle_refund(ports: Ports, no: str, refund_no: str, reference: str) -> None:
    print_state(result_console(), await settle_refund_by_operator(ports, no, refund_no, reference))


async def _unpark(ports: Ports, no: str, reason: str) -> None:
    print_state(result_console(), await unpark(ports, no, reason))


def print_state(console: Console, order: Order) -> None:
    """Say where an order stands, in a few lines."""
    state = f"{order.state}, parked: {order.parked}" if order.parked else order.state.value
    ended = f", ended {order.fence.at.isoformat()} by {order.fence.by} ({order.fence.reason})" if order.fence else ""
    lines = (
        f"order {order.no}: {state}{ended}",
        f"{order.course.title} ({order.course.institution_id}) for {order.buyer.student_name}, {order.fee_mode}",
        f"owed {yuan(order.owed_fen)}, taken {yuan(order.paid_fen)}, given back {yuan(order.refunded_fen)} yuan",
    )
    for line in lines:
        console.print(line, markup=False)


def _money(order: Order) -> Table:
    """One row a charge, and one a refund of it."""
    table = Table("number", "lesson", "state", "asked", "taken or back", "WeChat's number, or what went wrong")
    table.columns[0].no_wrap = True
    for charge in order.charges:
        lesson = str(charge.lesson_n or "all")
        asked = yuan(charge.completion.amount_fen) if charge.completion else ""
        table.add_row(charge.no, lesson, charge.state, asked, yuan(charge.paid_fen), _remark(charge))
        for refund in charge.refunds:
            back = yuan(refund.amount_fen if refund.refunded_at else 0)
            table.add_row(refund.no, lesson, refund.state, yuan(refund.amount_fen), f"-{back}", escape(refund.problem))
    return table


def _remark(charge: Charge) -> str:
    return escape(charge.transaction_id or charge.cancel_reason)
