"""Money found after a restore: taken under our numbers for lessons we do not remember (docs/decisions/0017).

It is neither given back by itself nor counted as earned, until people have said what it was for.
"""

from datetime import datetime

from models.charge import Charge, ChargeState
from models.dues import covered_lessons, due_fen
from models.facts import FactKind
from models.lesson import LessonState
from models.order import Order

SAID = frozenset({LessonState.CONFIRMED, LessonState.VOID})
"""People have said of a lesson that it was taught, or that it is free."""


def is_unproven(order: Order, charge: Charge) -> bool:
    """Whether more was asked for, or taken, than the lessons we know of explain, because we forgot the others."""
    if charge.found_at is None or charge.state is ChargeState.CANCELLED:
        return False
    asked_fen = charge.completion.amount_fen if charge.completion else charge.paid_fen
    explained = asked_fen - charge.promised_fen <= due_fen(order, charge)
    return not explained and any(lesson.state not in SAID for lesson in covered_lessons(order, charge))


def prove_found(order: Order, at: datetime) -> None:
    """Let a found charge count like any other once it is known what it was for, or it went back."""
    for charge in order.charges:
        if charge.found_at is not None and not is_unproven(order, charge):
            charge.found_at = None
            order.record(FactKind.CHARGE_PROVEN, at, "xianxue", lesson_n=charge.lesson_n, charge_no=charge.no)
