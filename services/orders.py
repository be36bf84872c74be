"""Orders as people list them: a learner's, an institution's, and what the chat shows of them."""

from collections.abc import Sequence
from dataclasses import replace

from models.order import Order, OrderState
from models.order_summary import OrderSummary, candidates, running_first, summarise
from services.pages import Page, page_of
from services.ports import Ports
from services.telling import all_shown

MOST_LOOKED_AT = 20

MOST_SHOWN = 5
"""How many courses fit into one chat message."""


async def list_learners_orders(
    ports: Ports, learner_id: str, *, states: Sequence[OrderState], after: str, limit: int
) -> Page[Order]:
    """Return a page of a learner's orders, newest first.

    Those WeChat refused on the spot never began and are left out; one it refused later stays, with the reason.
    """
    page = page_of(
        await ports.orders.of_learner(learner_id, states=states, after=after, limit=limit),
        limit,
        lambda order: order.no,
    )
    return replace(page, items=[order for order in page.items if _was_answered(order)])


async def list_institutions_orders(
    ports: Ports, institution_id: str, *, states: Sequence[OrderState], after: str, limit: int
) -> Page[Order]:
    """Return a page of an institution's orders, newest first."""
    found = await ports.orders.of_institution(institution_id, states=states, after=after, limit=limit)
    return page_of(found, limit, lambda order: order.no)


async def courses_of(ports: Ports, learner_id: str) -> list[OrderSummary]:
    """Sum up a learner's newest orders, the running ones first; the learner sees the first MOST_SHOWN of them."""
    found = await ports.orders.of_learner(learner_id, limit=MOST_LOOKED_AT)
    orders = running_first(order for order in found if _was_answered(order))
    seen = await all_shown(ports, orders[:MOST_SHOWN], "chat")
    return [summarise(order) for order in (*seen, *orders[MOST_SHOWN:])]


async def meant_by_lesson(ports: Ports, learner_id: str, n: int) -> list[OrderSummary]:
    """Return the orders a learner may mean by "confirm lesson n"; more than one must be asked about."""
    orders = await ports.orders.of_learner(learner_id, limit=MOST_LOOKED_AT)
    return [summarise(order) for order in candidates(orders, n)]


def _was_answered(order: Order) -> bool:
    """Whether its learner was ever told that there is such an order."""
    return order.refusal is None or order.refusal.later
