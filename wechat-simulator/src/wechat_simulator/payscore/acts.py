"""Control routes: what a user does inside WeChat, and what WeChat's operations grant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args

from wechat_simulator.accounts import RiskFamily, Service, ServiceKind
from wechat_simulator.errors import ControlError
from wechat_simulator.payscore.deduction import owed, take
from wechat_simulator.payscore.pages import close_service
from wechat_simulator.payscore.plan_entity import sign_plan_view
from wechat_simulator.payscore.sign_pages import cancel_by_user
from wechat_simulator.payscore.state import PayScore
from wechat_simulator.plain import to_plain
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.wishes import flag, integer, text

if TYPE_CHECKING:
    from wechat_simulator.accounts import Merchant
    from wechat_simulator.payscore.state import Order
    from wechat_simulator.users import User


def _user(call: Call) -> User:
    return call.world.users.get(call.params["user_id"])


async def _close_service(call: Call) -> Answer:
    ended = close_service(call.world, _user(call), text(call.json(), "service_id"))
    return json_answer({"closed": ended})


async def _cancel_sign_plan(call: Call) -> Answer:
    signed = cancel_by_user(call.world, _user(call), text(call.json(), "sign_plan_id"))
    return json_answer(sign_plan_view(call.world, signed))


async def _pay(call: Call) -> Answer:
    wish, user = call.json(), _user(call)
    order = _waiting_order(call, user, text(wish, "out_order_no"), wish.get("mchid"))
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
    merchant = _merchant(call, wish)
    kind, family = text(wish, "kind"), text(wish, "risk_family", "enjoy_first")
    if kind not in get_args(ServiceKind) or family not in get_args(RiskFamily):
        raise ControlError(f"no service of kind {kind!r} with risk_family {family!r}")
    service = Service(
        service_id=f"{merchant.mchid}{len(merchant.services) + 1:022d}",
        kind=cast("ServiceKind", kind),
        risk_cap_fen=integer(wish, "risk_cap_fen", 1_000_000),
        max_plan_days=integer(wish, "max_plan_days", 365),
        max_deductions=integer(wish, "max_deductions", 100),
        direct_complete=flag(wish, "direct_complete", default=False),
        risk_family=cast("RiskFamily", family),
    )
    merchant.services.append(service)
    return json_answer(to_plain(service))


def _merchant(call: Call, wish: dict[str, Any]) -> Merchant:
    merchant = call.world.accounts.merchant(text(wish, "mchid"))
    if merchant is None:
        raise ControlError("unknown mchid", status=404)
    return merchant


async def _set_sub_merchant(call: Call) -> Answer:
    wish = call.json()
    sub = _merchant(call, wish).sub_merchant(text(wish, "sub_mchid"))
    if sub is None:
        raise ControlError("unknown sub_mchid", status=404)
    sub.authorized = flag(wish, "authorized", default=True)
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
