"""Control routes: what a user does inside WeChat, and what WeChat's operations grant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wechat_simulator.accounts import Service
from wechat_simulator.errors import ControlError
from wechat_simulator.payscore.deduction import owed, take
from wechat_simulator.payscore.pages import close_service
from wechat_simulator.payscore.plan_entity import sign_plan_view
from wechat_simulator.payscore.sign_plans import cancel_by_user
from wechat_simulator.payscore.state import PayScore
from wechat_simulator.plain import to_plain
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer

if TYPE_CHECKING:
    from wechat_simulator.payscore.state import Order
    from wechat_simulator.users import User


def _user(call: Call) -> User:
    return call.world.users.get(call.params["user_id"])


async def _close_service(call: Call) -> Answer:
    ended = close_service(call.world, _user(call), str(call.json().get("service_id")))
    return json_answer({"closed": ended})


async def _cancel_sign_plan(call: Call) -> Answer:
    signed = cancel_by_user(call.world, _user(call), str(call.json().get("sign_plan_id")))
    return json_answer(sign_plan_view(call.world, signed))


async def _pay(call: Call) -> Answer:
    wish, user = call.json(), _user(call)
    order = _waiting_order(call, user, str(wish.get("out_order_no")), wish.get("mchid"))
    if order.in_flight_until is not None and call.world.now() < order.in_flight_until:
        raise ControlError("a deduction is in flight", status=409)
    amount = owed(order)
    if user.balance_fen < amount:
        raise ControlError(f"balance {user.balance_fen} is short of {amount}")
    take(call.world, order, trade_type="JSAPI")
    return json_answer({"paid_fen": amount, "balance_fen": user.balance_fen})


def _waiting_order(call: Call, user: User, number: str, mchid: str | None) -> Order:
    for order in PayScore.of(call.world).open_orders(user.user_id):
        same = order.out_order_no == number and mchid in (None, order.mchid)
        if same and order.waiting:
            return order
    raise ControlError(f"no order {number} of {user.user_id} waits for payment", status=404)


async def _add_service(call: Call) -> Answer:
    wish = call.json()
    merchant = call.world.accounts.merchant(str(wish.pop("mchid", "")))
    if merchant is None:
        raise ControlError("unknown mchid", status=404)
    number = f"{merchant.mchid}{len(merchant.services) + 1:022d}"
    try:
        service = Service(number, **wish)
    except TypeError as error:
        raise ControlError(str(error)) from error
    merchant.services.append(service)
    return json_answer(to_plain(service))


async def _set_sub_merchant(call: Call) -> Answer:
    wish = call.json()
    merchant = call.world.accounts.merchant(str(wish.get("mchid", "")))
    sub = merchant.sub_merchant(str(wish.get("sub_mchid", ""))) if merchant else None
    if sub is None:
        raise ControlError("unknown mchid or sub_mchid", status=404)
    sub.authorized = bool(wish.get("authorized", True))
    return json_answer(to_plain(sub))


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    table = (
        ("/_sim/users/{user_id}/close-service", _close_service),
        ("/_sim/users/{user_id}/cancel-sign-plan", _cancel_sign_plan),
        ("/_sim/users/{user_id}/pay", _pay),
        ("/_sim/services", _add_service),
        ("/_sim/sub-merchants", _set_sub_merchant),
    )
    return tuple(Route("POST", path, handler, Plane.CONTROL) for path, handler in table)
