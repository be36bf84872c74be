"""A learner's orders: placing, looking, confirming, disputing, ending."""

from typing import Annotated

from pydantic import BaseModel, Field

from handlers.operation import Access, Call, Operation
from handlers.order_views import (
    OrderPage,
    OrderQuery,
    OrderView,
    QuoteView,
    ReceiptView,
    TimelineView,
    order_view,
    quote_view,
    receipt_view,
    timeline_view,
)
from handlers.shapes import Strict
from models.fee_mode import FeeMode
from models.notices import WxCall
from services import collecting, ending, lessons, ordering, orders
from services.changing import learners, require_order
from services.telling import all_shown, shown
from services.timeline import timeline


class ContractWord(Strict):
    """The learner's acceptance: exactly this version of the terms."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    accepted: Annotated[bool, Field(strict=True, description="the JSON `true`, nothing else")]


class OrderInput(Strict):
    """What to order. Price and identity are never taken from here."""

    course_id: Annotated[str, Field(min_length=1, max_length=64)]
    fee_mode: FeeMode
    student_name: Annotated[str, Field(min_length=1, max_length=40)]
    offer_id: Annotated[
        str, Field(min_length=1, max_length=64, description="the product page's: what was seen is what is accepted")
    ]
    contract: ContractWord


class DisputeInput(Strict):
    """What was wrong with the lesson."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class EndingInput(Strict):
    """Which quote is accepted."""

    quote_id: Annotated[str, Field(min_length=1, max_length=64)]


class ChargeCall(BaseModel):
    """A call to make inside the Mini Program."""

    wx: WxCall


async def place_order(call: Call) -> OrderView:
    """Place an order; the same Idempotency-Key gives the same order again."""
    given = call.read(OrderInput)
    placed = await ordering.place_order(
        call.ports,
        call.learner,
        ordering.PlaceOrder(
            course_id=given.course_id,
            fee_mode=given.fee_mode,
            student_name=given.student_name,
            offer_id=given.offer_id,
            contract_version=given.contract.version,
            accepted=given.contract.accepted,
            idempotency_key=call.idempotency_key,
            address=call.address,
            agent=call.agent,
        ),
    )
    return order_view(placed.order, placed.wx)


async def list_orders(call: Call) -> OrderPage:
    """List the learner's orders, newest first; ones WeChat refused on the spot are left out."""
    query = call.ask(OrderQuery)
    page = await orders.list_learners_orders(
        call.ports,
        call.learner.id,
        states=[query.state] if query.state else [],
        after=query.after,
        limit=query.limit,
    )
    found = await all_shown(call.ports, page.items, "order_list")
    return OrderPage(orders=[order_view(order, language=call.language) for order in found], next=page.next)


async def show_order(call: Call) -> OrderView:
    """Show one order; what it shows, its learner was told."""
    order = await require_order(call.ports, learners(call.learner.id, call.path["no"]))
    return order_view(await shown(call.ports, order, "order_page"), language=call.language)


async def show_timeline(call: Call) -> TimelineView:
    """Tell why a charge was, or was not, made."""
    order = await require_order(call.ports, learners(call.learner.id, call.path["no"]))
    order = await shown(call.ports, order, "timeline")
    return timeline_view(order.no, await timeline(call.ports, order, call.language))


async def confirm_lesson(call: Call) -> OrderView:
    """Confirm that a lesson was taught as agreed."""
    return order_view(await lessons.confirm_lesson(call.ports, call.learner.id, call.path["no"], call.n, "miniprogram"))


async def dispute_lesson(call: Call) -> OrderView:
    """Object to a lesson; its money is held until somebody decides."""
    reason = call.read(DisputeInput).reason
    return order_view(await lessons.dispute_lesson(call.ports, call.learner.id, call.path["no"], call.n, reason))


async def advance_order(call: Call) -> OrderView:
    """Return the wx call of an order still waiting for the learner once more (WeChat's tokens live an hour)."""
    order = await require_order(call.ports, learners(call.learner.id, call.path["no"]))
    placed = await ordering.advance_order(call.ports, order)
    return order_view(placed.order, placed.wx)


async def withdraw_dispute(call: Call) -> OrderView:
    """Take an objection back: the lesson counts as confirmed."""
    return order_view(await lessons.withdraw_dispute(call.ports, call.learner.id, call.path["no"], call.n))


async def quote_ending(call: Call) -> QuoteView:
    """Say to the fen what ending now would cost."""
    return quote_view(await ending.quote_ending(call.ports, call.learner.id, call.path["no"]))


async def end_order(call: Call) -> OrderView:
    """End as quoted."""
    quote_id = call.read(EndingInput).quote_id
    return order_view(await ending.end_order(call.ports, call.learner.id, call.path["no"], quote_id))


async def show_receipt(call: Call) -> ReceiptView:
    """Show the receipt of an ended order."""
    found = await ending.show_receipt(call.ports, call.learner.id, call.path["no"])
    return receipt_view(found, call.language)


async def withdraw_order(call: Call) -> OrderView:
    """Take back an order that still waits for the learner."""
    return order_view(await ending.withdraw_order(call.ports, call.learner.id, call.path["no"]))


async def view_charge(call: Call) -> ChargeCall:
    """Return the call that shows a service order inside WeChat, where an overdue one can be paid."""
    wx = await collecting.view_charge(call.ports, call.learner.id, call.path["no"], call.path["charge_no"])
    return ChargeCall(wx=wx)


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
        OrderInput,
        needs_idempotency_key=True,
    ),
    Operation("GET", "/v1/orders", list_orders, Access.LEARNER, "My orders", OrderPage, query=OrderQuery),
    Operation("GET", ORDER, show_order, Access.LEARNER, "One order", OrderView),
    Operation("POST", ORDER + "/wx", advance_order, Access.LEARNER, "The wx call to make next, again", OrderView),
    Operation("GET", ORDER + "/timeline", show_timeline, Access.LEARNER, "Why was I (not) charged", TimelineView),
    Operation("POST", LESSON + "/confirmation", confirm_lesson, Access.LEARNER, "Confirm a lesson", OrderView),
    Operation(
        "POST", LESSON + "/dispute", dispute_lesson, Access.LEARNER, "Dispute a lesson", OrderView, body=DisputeInput
    ),
    Operation("DELETE", LESSON + "/dispute", withdraw_dispute, Access.LEARNER, "Take a dispute back", OrderView),
    Operation("POST", ORDER + "/ending-quotes", quote_ending, Access.LEARNER, "What ending costs", QuoteView, 201),
    Operation("POST", ORDER + "/ending", end_order, Access.LEARNER, "End as quoted", OrderView, body=EndingInput),
    Operation("GET", ORDER + "/receipt", show_receipt, Access.LEARNER, "Receipt of an ending", ReceiptView),
    Operation("DELETE", ORDER, withdraw_order, Access.LEARNER, "Take back an order not begun", OrderView),
    Operation(
        "GET", ORDER + "/charges/{charge_no}/wx", view_charge, Access.LEARNER, "See a charge in WeChat", ChargeCall
    ),
)
