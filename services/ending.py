"""Ending an order: the learner by an accepted quote, the institution or the operator with a reason."""

from models import placing
from models.ending import Receipt, end_by_quote, end_without_quote, make_quote, receipt
from models.errors import NotFound
from models.order import Order
from models.quote import Quote
from services.catalog import require_course
from services.changing import change, institutions, learners, require_order
from services.ports import Ports

ORDERS_A_CALL = 200
"""Each order is a write of its own, and a request should not take longer than a person waits."""


async def quote_ending(ports: Ports, learner_id: str, order_no: str) -> Quote:
    """Say to the fen what ending now would cost, writing nothing; raises Conflict when there is nothing to end."""
    order = await require_order(ports, learners(learner_id, order_no))
    return make_quote(order, await ports.clock.now())


async def end_order(ports: Ports, learner_id: str, order_no: str, quote_id: str) -> Order:
    """End as quoted; accepting again changes nothing."""
    return (await change(ports, learners(learner_id, order_no), end_by_quote, quote_id, ports.ids.new("R"))).order


async def withdraw_order(ports: Ports, learner_id: str, order_no: str) -> Order:
    """Take back an order that has not begun; nothing was or will be charged. Raises Conflict once it has."""
    return (await change(ports, learners(learner_id, order_no), placing.withdraw_order)).order


async def end_by_institution(ports: Ports, institution_id: str, order_no: str, reason: str) -> Order:
    """End because the institution stops teaching; taught lessons keep their confirmation window."""
    theirs = institutions(institution_id, order_no)
    return (await change(ports, theirs, end_without_quote, "institution", reason, ports.ids.new("R"))).order


async def cancel_course(ports: Ports, institution_id: str, course_id: str, reason: str) -> tuple[int, bool]:
    """Take a course off sale and end its orders, a bounded number a call; gives how many, and whether more are left.

    Calling again goes on where this call stopped.
    """
    course = await require_course(ports, course_id)
    if course.institution_id != institution_id:
        raise NotFound("course_not_found", course_id=course_id)
    if course.open:
        course.open = False
        await ports.courses.put(course)
    nos = await ports.orders.open_of_course(course_id, ORDERS_A_CALL + 1)
    for no in nos[:ORDERS_A_CALL]:
        await end_by_institution(ports, institution_id, no, reason)
    return min(len(nos), ORDERS_A_CALL), len(nos) > ORDERS_A_CALL


async def end_by_operator(ports: Ports, order_no: str, reason: str) -> Order:
    """End because the operator must."""
    return (await change(ports, order_no, end_without_quote, "operator", reason, ports.ids.new("R"))).order


async def show_receipt(ports: Ports, learner_id: str, order_no: str) -> Receipt:
    """Return the receipt of an ended order."""
    return receipt(await require_order(ports, learners(learner_id, order_no)))
