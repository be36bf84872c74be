"""Letting a parked order go on once a person has looked at it."""

from models.order import Order
from models.parking import unpark
from services.changing import change
from services.ports import Ports


async def unpark_order(ports: Ports, order_no: str, reason: str) -> Order:
    """Take the operator's word that the money was looked at; raises Conflict `order_not_parked`."""
    return await change(ports, order_no, lambda order, now: unpark(order, reason, "operator", now))
