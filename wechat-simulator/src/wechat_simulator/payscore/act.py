"""What the calls on one existing order share: finding it, its fields, its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.payscore.create import found
from wechat_simulator.payscore.party import is_partner, party
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer, no_content

if TYPE_CHECKING:
    from wechat_simulator.payscore.state import Order
    from wechat_simulator.world import World

IN_FLIGHT, STATE_ILLEGAL, ALREADY_CANCELLED, NOT_CONFIRMED = (
    271316754,
    271302262,
    271302333,
    271302332,
)


@dataclass(slots=True)
class Act:
    """A call on an order: the order, the body's fields, the world."""

    world: World
    order: Order
    fields: Fields
    partner: bool


Deed = Callable[[Act], dict[str, Any]]


def handler(deed: Deed) -> Callable[[Call], Awaitable[Answer]]:
    """Return a handler that finds the order and answers 200, or 204 to a partner."""

    async def handle(call: Call) -> Answer:
        fields = Fields.body(call)
        who = party(call, fields, with_appid=not is_partner(call))
        order = found(call, who, who.key(call.params["out_order_no"]))
        plain = deed(Act(call.world, order, fields, is_partner(call)))
        return no_content() if is_partner(call) else json_answer(plain)

    return handle


def deed_routes(name: str, deed: Deed) -> tuple[Route, ...]:
    """Return the merchant's and the partner's route of one deed."""
    bases = ("/v3/payscore/serviceorder", "/v3/payscore/partner/serviceorder")
    return tuple(
        Route("POST", f"{base}/{{out_order_no}}/{name}", handler(deed), Plane.PAY) for base in bases
    )


def invalid(
    message: str, numeric: int = STATE_ILLEGAL, code: str = "INVALID_REQUEST", status: int = 400
) -> WeChatPayError:
    """Return a refusal that the order's state explains."""
    return WeChatPayError(status, code, message, numeric=numeric)


def refuse_final(order: Order) -> None:
    """Refuse anything on an order that has ended."""
    if order.state == "DONE":
        raise invalid("订单已完成", code="ORDER_DONE")
    if order.state == "REVOKED":
        raise invalid("订单已取消", ALREADY_CANCELLED, "ORDER_CANCELED")
    if order.state == "EXPIRED":
        raise invalid("订单已失效", code="INVALID_ORDER_STATE")


def refuse_in_flight(
    world: World, order: Order, message: str = "单据正在扣款中，请稍后再试"
) -> None:
    """Refuse a change while a deduction is on its way."""
    if order.in_flight_until is not None and world.now() < order.in_flight_until:
        raise invalid(message, IN_FLIGHT)
