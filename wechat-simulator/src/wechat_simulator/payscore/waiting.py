"""Calls on an order that waits for its money: modify, pay, sync.

Source: "修改订单金额",
pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score/service-order/modify-service-order.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wechat_simulator import money
from wechat_simulator.moments import fourteen_digits, parse_digits
from wechat_simulator.payscore import items
from wechat_simulator.payscore.act import Act, deed_routes, invalid, refuse_final, refuse_in_flight
from wechat_simulator.payscore.deduction import ledger_names, mark_paid, owed, transaction_id
from wechat_simulator.payscore.entity import brief, full
from wechat_simulator.payscore.state import DONE, Order, Payment, PayScore
from wechat_simulator.payscore.tell import tell_order
from wechat_simulator.surface import Route

if TYPE_CHECKING:
    from wechat_simulator.errors import WeChatPayError

_ONLY_WAITING, _TOO_OFTEN, _DEDUCTION_FAILED = 271316657, 268435472, 271316574
_SYNC_UNKNOWN = "收款结果不明，请稍后重试"


def modify(act: Act) -> dict[str, Any]:
    """Lower what is owed; never raise it."""
    order, world, fields = act.order, act.world, act.fields
    fields.text("reason", 50)
    paid, off = items.payments(fields, 1), items.discounts(fields, final=True)
    amount = items.total(fields, paid, off)
    _require_waiting(act)
    if amount >= owed(order):
        raise invalid("修改后的金额须小于当前待支付金额")
    if amount == 0 and world.switches.text("modify_to_zero") == "refuse":
        raise invalid("修改后的金额须大于0")
    order.post_payments, order.post_discounts, order.total_amount = paid, off, amount
    _lower(act, amount)
    return full(world, order, promotions=False)


def _lower(act: Act, amount: int) -> None:
    order, collection = act.order, act.order.collection
    if collection is None:
        raise RuntimeError("nothing to collect")
    collection.total_amount = collection.paying_amount = amount
    if amount == 0:
        order.collection, order.need_collection = None, False
        PayScore.of(act.world).finish(order, DONE, act.world.now())


def pay(act: Act) -> dict[str, Any]:
    """Try to deduct once more; success means only that the attempt was begun."""
    order, world = act.order, act.world
    _require_waiting(act)
    asked, interval = order.asked_to_pay_at, world.switches.number("pay_interval_s")
    if asked is not None and world.now() < asked + timedelta(seconds=interval):
        raise invalid("请求过于频繁，请稍后再试", _TOO_OFTEN, "FREQUENCY_LIMITED", 429)
    order.asked_to_pay_at = world.now()
    if world.users.users[order.user_id or ""].balance_fen < owed(order):
        raise _not_deducted()
    world.after(0, "payscore.deduct", {"order": order.key, "once": True})
    return brief(order)


def _not_deducted() -> WeChatPayError:
    # 403 as in developers.weixin.qq.com/community/develop/doc/000a4431ce468883dddc22b875c800
    return invalid("扣款失败", _DEDUCTION_FAILED, "TRADE_ERROR", 403)


def _require_waiting(act: Act) -> None:
    refuse_final(act.order)
    if not act.order.waiting:
        raise invalid("仅服务订单支付状态为待支付时可操作", _ONLY_WAITING)
    refuse_in_flight(act.world, act.order)


def sync(act: Act) -> dict[str, Any]:
    """Note that the merchant was paid elsewhere: nothing is deducted any more."""
    order, world = act.order, act.world
    act.fields.word("type", ("Order_Paid",))
    paid_time = _paid_time(act)
    if order.state == DONE and _synced(order):
        return full(world, order)
    refuse_final(order)
    if not order.waiting:
        raise invalid("当前订单状态不合法")
    refuse_in_flight(world, order, _SYNC_UNKNOWN)
    amount = owed(order)
    money.move(
        world,
        "sync",
        order.user_id or "",
        amount_fen=amount,
        transaction_id=transaction_id(world),
        **ledger_names(world, order),
    )
    mark_paid(world, order, Payment(1, amount, "MCH", paid_time))
    if world.switches.flag("sync_paid_notice"):
        tell_order(world, order, "USER_PAID")
    return full(world, order)


def _synced(order: Order) -> bool:
    return order.collection is not None and order.collection.details[0].paid_type == "MCH"


def _paid_time(act: Act) -> str:
    detail = act.fields.child("detail")
    text = detail.text("paid_time", 14)
    try:
        moment = parse_digits(text)
    except ValueError:
        raise detail.error("paid_time", "应为yyyyMMddHHmmss或yyyyMMdd") from None
    if moment > act.world.now():
        raise detail.error("paid_time", "不能晚于当前时间")
    return fourteen_digits(moment)


def routes() -> tuple[Route, ...]:
    """Return modify, pay and sync."""
    return deed_routes("modify", modify) + deed_routes("pay", pay) + deed_routes("sync", sync)
