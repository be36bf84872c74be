"""Telling learners: what a message that WeChat took, or a page that was looked at, changes about an order."""

from collections.abc import Iterable, Sequence

from structlog import get_logger

from models.announcing import announce_charge
from models.delivery import Delivery
from models.errors import NotFound, Refusal
from models.learner_messages import ANNOUNCES, ASKS_ABOUT, ASKS_ABOUT_REPORT
from models.order import Order
from models.telling import has_news, mark_shown, mark_told
from services.changing import change
from services.ports import Ports

log = get_logger()


async def message_taken(ports: Ports, delivery: Delivery) -> None:
    """WeChat took a message to the learner: what it asks about or announces is told from now on."""
    n, charge_no = delivery.payload.get(ASKS_ABOUT), delivery.payload.get(ANNOUNCES)
    try:
        if isinstance(n, int):
            report_id = str(delivery.payload.get(ASKS_ABOUT_REPORT, ""))
            await change(ports, delivery.order_no, mark_told, n, str(delivery.receiver), report_id)
        if isinstance(charge_no, str):
            await change(ports, delivery.order_no, announce_charge, charge_no, str(delivery.receiver))
    except NotFound as gone:
        log.warning("told of an order that is not there", action="told.gone", order_no=delivery.order_no, why=str(gone))


async def shown(ports: Ports, order: Order, how: str) -> Order:
    """The learner looks at this order: whatever they were not told before, they are told by it.

    Looking must always work: when the order is too busy to be written, this look does not count.
    """
    if not has_news(order):
        return order
    try:
        return (await change(ports, order, mark_shown, how)).order
    except Refusal as busy:
        log.warning("a look was not counted", action="told.busy", order_no=order.no, why=str(busy))
        return order


async def all_shown(ports: Ports, orders: Iterable[Order], how: str) -> Sequence[Order]:
    """The learner looks at a list of orders."""
    return [await shown(ports, order, how) for order in orders]
