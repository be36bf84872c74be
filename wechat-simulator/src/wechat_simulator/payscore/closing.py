"""Completing and cancelling an order.

Sources:
- "取消支付分订单",
  pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score-no-confirm/cancel-service-order.html
- "完结支付分订单",
  pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score/service-order/complete-service-order.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.payscore import items
from wechat_simulator.payscore.act import (
    NOT_CONFIRMED,
    Act,
    deed_routes,
    invalid,
    refuse_final,
    refuse_in_flight,
)
from wechat_simulator.payscore.create import reentry_refused
from wechat_simulator.payscore.deduction import schedule_deduction
from wechat_simulator.payscore.entity import brief, completed
from wechat_simulator.payscore.state import (
    CREATED,
    DONE,
    MCH_COMPLETE,
    REVOKED,
    USER_PAYING,
    Collection,
    Order,
    PayScore,
)
from wechat_simulator.payscore.tell import tell_order
from wechat_simulator.surface import Route

if TYPE_CHECKING:
    from wechat_simulator.world import World

_NOT_CANCELLABLE = 271316592


def complete(act: Act) -> dict[str, Any]:
    """Fix what is owed; the deduction follows by itself. A repeated call is a success."""
    order = act.order
    wish = _read(act)
    if order.completion is not None:
        _check_repeat(order, wish)
        return completed(act.world, order)
    refuse_final(order)
    if not order.running:
        raise invalid("当前订单状态不合法", NOT_CONFIRMED)
    _check_cap(act, wish["total_amount"])
    order.time_range = items.real_times(
        act.fields, order.time_range, order.confirmed_at or order.created_at, act.world.now()
    )
    _apply(order, wish)
    collect(act.world, order, wish["total_amount"])
    return completed(act.world, order)


def _read(act: Act) -> dict[str, Any]:
    fields = act.fields
    paid, off = items.payments(fields, 1), items.discounts(fields, final=True)
    times = fields.maybe_child("time_range")
    place = items.location(fields)
    return {
        "post_payments": paid,
        "post_discounts": off,
        "total_amount": items.total(fields, paid, off),
        "profit_sharing": fields.flag("profit_sharing", default=False),
        "goods_tag": None if act.partner else fields.maybe_text("goods_tag", 32),
        "time_range": [times.maybe_text(n, 14) for n in ("start_time", "end_time")]
        if times
        else None,
        "location": place,
        "device": items.device(fields),
    }


def _check_repeat(order: Order, wish: dict[str, Any]) -> None:
    if order.state == REVOKED:
        refuse_final(order)
    if order.completion != wish:
        refuse_final(order)
        raise reentry_refused()


def _check_cap(act: Act, amount: int) -> None:
    order, world = act.order, act.world
    if order.risk_fund is None:
        return
    merchant = world.accounts.merchant(order.mchid)
    service = merchant.service(order.service_id) if merchant else None
    cap = service.risk_cap_fen if service else 0
    if order.mode == "plan" or order.risk_fund.get("name") in items.DEPOSIT_WAIVED:
        cap = min(cap, order.risk_fund["amount"])
    if amount > cap:
        raise items.over_cap("完结金额超过此订单允许的最高金额")


def _apply(order: Order, wish: dict[str, Any]) -> None:
    order.completion = wish
    order.post_payments = wish["post_payments"]
    order.post_discounts = wish["post_discounts"]
    order.total_amount = wish["total_amount"]
    order.profit_sharing = wish["profit_sharing"]
    order.location = {**(order.location or {}), **(wish["location"] or {})} or None


def collect(world: World, order: Order, amount: int) -> None:
    """Begin to collect ``amount`` fen; nothing to collect ends the order at once."""
    if amount == 0:
        order.need_collection = False
        PayScore.of(world).finish(order, DONE, world.now())
        if world.switches.flag("zero_amount_paid_notice"):
            tell_order(world, order, "USER_PAID")
        return
    order.state_description = MCH_COMPLETE
    order.need_collection = True
    order.collection = Collection(USER_PAYING, amount, amount)
    schedule_deduction(world, order, world.switches.number("deduction_delay_s"))


def cancel(act: Act) -> dict[str, Any]:
    """Revoke the order; nobody is charged. Repeating it with the same reason is a success."""
    order, world = act.order, act.world
    wish = {"reason": act.fields.text("reason", 50)}
    if order.state == REVOKED and order.cancellation == wish:
        return brief(order)
    refuse_final(order)
    if order.state != CREATED and not order.running:
        refuse_in_flight(world, order)
        if world.switches.text("cancel_in_user_paying") == "refuse":
            raise invalid("当前订单状态不满足撤销条件", _NOT_CANCELLABLE)
    order.cancellation = wish
    order.collection, order.need_collection = None, None
    PayScore.of(world).finish(order, REVOKED, world.now())
    return brief(order)


def routes() -> tuple[Route, ...]:
    """Return complete and cancel."""
    return deed_routes("complete", complete) + deed_routes("cancel", cancel)
