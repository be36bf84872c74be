"""What the tests of the stores have in common."""

from datetime import datetime, timedelta

from lab.rig import orders
from models.facts import FactKind
from models.order import Order

NOON = orders.NOON.replace(microsecond=123456)
"""With microseconds, so that a store that keeps or cuts them differently is found out."""

MINUTE = timedelta(minutes=1)


def something_happens(order: Order, at: datetime = NOON) -> None:
    """Append a fact."""
    order.record(FactKind.LESSON_RESCHEDULED, at, "institution", lesson_n=1, note="下周")
