"""Writes docs/states.md from the transition tables themselves: `make states`."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from inspect import getdoc
from pathlib import Path
from textwrap import fill
from typing import Any, NamedTuple

from models.authorization import AUTHORIZATION_MOVES, AuthorizationState
from models.charge import CHARGE_MOVES, REFUND_MOVES, ChargeState, RefundState
from models.delivery import DELIVERY_MOVES, DeliveryState
from models.lesson import LESSON_MOVES, LessonState
from models.order import ORDER_MOVES, PLAN_MOVES, OrderState, PlanState

PAGE = Path(__file__).parents[2] / "docs" / "states.md"

INTRODUCTION = """# States

Every state here moves along one table that stands next to its enum, by a method named `move`; any other way raises
`IllegalMove`, and a test tries every pair. This page is written from those tables: `make states` renews it and a test
fails while it is out of date."""


class Table(NamedTuple):
    """One thing with a state: its enum, its table, where that stands, and what a reader should know besides."""

    title: str
    states: type[StrEnum]
    moves: Mapping[Any, frozenset[Any]]
    home: str
    note: str


TABLES = (
    Table(
        "Order",
        OrderState,
        ORDER_MOVES,
        "models/order.py",
        "`placing` is written before WeChat is asked. Whatever ends an order early sets its *fence*; once every lesson "
        "is decided the order is `settling`. One of which nothing was charged closes as `cancelled`. "
        "*Overdue* is derived: a charge of the order is `deducting`. *Parked* is a mark beside the state: no job "
        "touches the order's money until a person has looked.",
    ),
    Table(
        "Lesson",
        LessonState,
        LESSON_MOVES,
        "models/lesson.py",
        "Only `confirmed` is owed. Silence confirms when the window closes; a dispute nobody decided in time makes the "
        "lesson `void`. A `void` lesson may be made up. A `confirmed` one is cancelled only by a fence of which we "
        "hear late.",
    ),
    Table(
        "Charge",
        ChargeState,
        CHARGE_MOVES,
        "models/charge.py",
        "One service order (or JSAPI payment) at WeChat. `held` waits for a dispute. From `deducting` on WeChat "
        "deducts by itself until it succeeds; nothing of ours tries again. Only `paid` means money. What was given "
        "back is counted apart, in refunds.",
    ),
    Table(
        "Refund",
        RefundState,
        REFUND_MOVES,
        "models/charge.py",
        "Promised is owed: a refund that failed counts against what may still be given back, and can be tried again "
        "under its own number.",
    ),
    Table(
        "Authorization",
        AuthorizationState,
        AUTHORIZATION_MOVES,
        "models/authorization.py",
        "A learner's standing permission (免确认). WeChat's words are taken by their time: an older one changes "
        "nothing.",
    ),
    Table(
        "Signed plan",
        PlanState,
        PLAN_MOVES,
        "models/order.py",
        "The plan a learner signs for `pay_per_lesson` (签约计划); each lesson has a charge of its own under it.",
    ),
    Table(
        "Delivery",
        DeliveryState,
        DELIVERY_MOVES,
        "models/delivery.py",
        "A failed try leaves it `pending` with a later time. `parked` is given up in sight of people; `skipped` could "
        "not be told this way. Replaying begins the series again.",
    ),
)


def page() -> str:
    """Write the whole page."""
    return "\n\n".join([INTRODUCTION, *(section(table) for table in TABLES)]) + "\n"


def section(table: Table) -> str:
    """Write one thing's section."""
    meaning = " ".join((getdoc(table.states) or "").split())
    diagram = "\n".join(f"    {line}" for line in arrows(table))
    return "\n\n".join(
        [
            f"## {table.title}",
            wrapped(f"{meaning} Table: `{table.home}`."),
            f"```mermaid\nstateDiagram-v2\n{diagram}\n```",
            wrapped(table.note),
        ]
    )


def wrapped(text: str) -> str:
    """Break lines as every other page does."""
    return fill(text, width=120, break_long_words=False, break_on_hyphens=False)


def arrows(table: Table) -> Iterator[str]:
    """Return the arrows in the order the enum names its states; what nothing leaves is an end."""
    order = list(table.states)
    yield f"[*] --> {order[0]}"
    for state in order:
        yield from (f"{state} --> {to}" for to in sorted(table.moves[state], key=order.index))
        if not table.moves[state]:
            yield f"{state} --> [*]"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
