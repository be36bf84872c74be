"""What the chat shows of a learner's orders."""

from models.order_summary import OrderSummary, candidates, running_first, summarise
from services.ports import Ports

MOST_LOOKED_AT = 20


async def courses_of(ports: Ports, learner_id: str) -> list[OrderSummary]:
    """Sum up a learner's newest orders, the running ones first."""
    orders = await ports.orders.of_learner(learner_id, limit=MOST_LOOKED_AT)
    return [summarise(order) for order in running_first(orders)]


async def meant_by_lesson(ports: Ports, learner_id: str, n: int) -> list[OrderSummary]:
    """Return the orders a learner may mean by "confirm lesson n"; more than one must be asked about."""
    orders = await ports.orders.of_learner(learner_id, limit=MOST_LOOKED_AT)
    return [summarise(order) for order in candidates(orders, n)]
