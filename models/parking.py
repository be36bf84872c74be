"""Setting an order aside: something about its money does not add up, so a person looks before it goes on."""

from datetime import datetime

from models.errors import Conflict
from models.facts import FactKind
from models.order import Order


def park_order(order: Order, at: datetime, /, reason: str, charge_no: str | None = None, **numbers: int | None) -> None:
    """Stop every job on this order until a person has looked; the first reason stays."""
    if not order.parked:
        order.parked = reason
        order.record(FactKind.ORDER_PARKED, at, "xianxue", charge_no=charge_no, reason=reason, **numbers)


def unpark_order(order: Order, at: datetime, reason: str, by: str) -> None:
    """Go on with an order a person has looked at; raises Conflict `order_not_parked` when nobody had to.

    What WeChat declined too often gets its full patience again. If the money still does not add up, the next answer
    parks the order once more.
    """
    if not order.parked:
        raise Conflict("order_not_parked", order_no=order.no)
    order.parked = ""
    for charge in order.charges:
        if order.signed_at is not None and not charge.is_final:
            charge.start_over()
        if charge.lacks_transaction:
            charge.ask_at_once(at)
    order.record(FactKind.ORDER_UNPARKED, at, by, reason=reason)
