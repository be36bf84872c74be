"""A learner's orders: placing, looking, confirming, disputing, ending."""

from typing import Annotated

from pydantic import Field

from handlers.learner import Paging, Strict
from handlers.operation import Access, Call, Operation
from handlers.views import OrderPage, OrderView, TimelineView, order_view, timeline_view
from models.institution import FeeMode
from models.order import OrderState
from services import disputes, ordering, teaching
from services.changing import learners_order
from services.timeline import timeline


class ContractWord(Strict):
    """The learner's acceptance: exactly this version of the terms."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    accepted: Annotated[bool, Field(description="must be true")]


class OrderWish(Strict):
    """What to order. Price and identity are never taken from here."""

    course_id: Annotated[str, Field(min_length=1, max_length=64)]
    fee_mode: FeeMode
    student_name: Annotated[str, Field(min_length=1, max_length=40)]
    contract: ContractWord


class OrderQuery(Paging):
    """Orders in one state, or all that ever began."""

    state: OrderState | None = None


class DisputeWish(Strict):
    """What was wrong with the lesson."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


async def place_order(call: Call) -> OrderView:
    """Place an order; the same Idempotency-Key gives the same order again."""
    wish = call.read(OrderWish)
    placed = await ordering.place_order(
        call.ports,
        call.learner,
        ordering.Wish(
            course_id=wish.course_id,
            fee_mode=wish.fee_mode,
            student_name=wish.student_name,
            contract_version=wish.contract.version,
            accepted=wish.contract.accepted,
            idempotency_key=call.idempotency_key,
            address=call.address,
            agent=call.agent,
        ),
    )
    return order_view(placed.order, placed.wx)


async def list_orders(call: Call) -> OrderPage:
    """List the learner's orders, newest first; ones WeChat refused are left out."""
    query = call.ask(OrderQuery)
    states = [query.state] if query.state else []
    orders = await call.ports.orders.of_learner(call.learner.id, states=states, after=query.after, limit=query.limit)
    last = orders[-1].no if len(orders) == query.limit else ""
    return OrderPage(orders=[order_view(x) for x in orders if x.refusal is None], next=last)


async def show_order(call: Call) -> OrderView:
    """Show one order."""
    return order_view(await learners_order(call.ports, call.learner.id, call.path["no"]))


async def show_timeline(call: Call) -> TimelineView:
    """Tell why a charge was, or was not, made."""
    order = await learners_order(call.ports, call.learner.id, call.path["no"])
    return timeline_view(order.no, await timeline(call.ports, order, call.language))


async def confirm_lesson(call: Call) -> OrderView:
    """Confirm that a lesson was taught as agreed."""
    return order_view(
        await teaching.confirm_lesson(call.ports, call.learner.id, call.path["no"], call.n, "miniprogram")
    )


async def dispute_lesson(call: Call) -> OrderView:
    """Object to a lesson; its money is held until somebody decides."""
    reason = call.read(DisputeWish).reason
    return order_view(await disputes.open_dispute(call.ports, call.learner.id, call.path["no"], call.n, reason))


async def place_again(call: Call) -> OrderView:
    """Give the wx call of an order still waiting for the learner once more (WeChat's tokens live an hour)."""
    order = await learners_order(call.ports, call.learner.id, call.path["no"])
    placed = await ordering.advance(call.ports, order)
    return order_view(placed.order, placed.wx)


ORDER = "/v1/orders/{no}"
LESSON = ORDER + "/lessons/{n:[0-9]{1,3}}"


OPERATIONS = (
    Operation(
        "POST",
        "/v1/orders",
        place_order,
        Access.LEARNER,
        "Order a course",
        OrderView,
        201,
        OrderWish,
        needs_idempotency_key=True,
    ),
    Operation("GET", "/v1/orders", list_orders, Access.LEARNER, "My orders", OrderPage, query=OrderQuery),
    Operation("GET", ORDER, show_order, Access.LEARNER, "One order", OrderView),
    Operation("POST", ORDER + "/wx", place_again, Access.LEARNER, "The wx call to make next, again", OrderView),
    Operation("GET", ORDER + "/timeline", show_timeline, Access.LEARNER, "Why was I (not) charged", TimelineView),
    Operation("POST", LESSON + "/confirmation", confirm_lesson, Access.LEARNER, "Confirm a lesson", OrderView),
    Operation(
        "POST", LESSON + "/dispute", dispute_lesson, Access.LEARNER, "Dispute a lesson", OrderView, body=DisputeWish
    ),
)
