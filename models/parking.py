"""Setting an order aside: something about its money does not add up, and a person has to look first."""

from datetime import datetime

from models.facts import FactKind
from models.order import Order


def park(order: Order, reason: str, at: datetime, charge_no: str | None = None, **numbers: int | None) -> None:
    """Stop every job on this order until a person has looked; the first reason stays."""
    if not order.parked:
        order.parked = reason
        order.record(FactKind.ORDER_PARKED, at, "xianxue", charge_no=charge_no, reason=reason, **numbers)
