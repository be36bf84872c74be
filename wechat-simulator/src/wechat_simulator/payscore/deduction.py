"""How the money of a completed order is collected: delay, retries, flight, success.

Source: "完结支付分订单",
pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score/service-order/complete-service-order.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wechat_simulator import money
from wechat_simulator.moments import BEIJING, fourteen_digits
from wechat_simulator.payscore.state import DONE, USER_PAID, Order, Payment, PayScore
from wechat_simulator.payscore.tell import tell_order

if TYPE_CHECKING:
    from wechat_simulator.world import World


def schedule_deduction(world: World, order: Order, delay_s: float) -> None:
    """Plan the next automatic attempt in ``delay_s`` virtual seconds."""
    world.after(delay_s, "payscore.deduct", {"order": order.key})


async def deduct(world: World, payload: dict[str, Any]) -> None:
    """Begin one attempt; while it is in flight the order can neither be changed nor synced."""
    order = PayScore.of(world).orders[payload["order"]]
    again = not payload.get("once")
    if not order.waiting or _in_flight(world, order):
        return
    flight_s = world.switches.number("in_flight_s")
    if flight_s == 0:
        _settle(world, order, again=again)
        return
    order.in_flight_until = world.now() + timedelta(seconds=flight_s)
    world.after(flight_s, "payscore.settle", {"order": order.key, "again": again})


async def settle(world: World, payload: dict[str, Any]) -> None:
    """End an attempt that was in flight."""
    order = PayScore.of(world).orders[payload["order"]]
    order.in_flight_until = None
    if order.waiting:
        _settle(world, order, again=payload["again"])


def _in_flight(world: World, order: Order) -> bool:
    return order.in_flight_until is not None and world.now() < order.in_flight_until


def owed(order: Order) -> int:
    """Return what is still to be paid, in fen."""
    return order.collection.paying_amount if order.collection else 0


def _settle(world: World, order: Order, *, again: bool) -> None:
    user = world.users.users[order.user_id or ""]
    if user.balance_fen >= owed(order):
        take(world, order, trade_type="AUTH")
        return
    order.failed_at = order.failed_at or world.now()
    if again:
        schedule_deduction(world, order, world.switches.number("deduction_retry_s"))


def take(world: World, order: Order, *, trade_type: str) -> None:
    """Move the money: AUTH by WeChat, JSAPI by the user's own hand."""
    amount = owed(order)
    number = transaction_id(world)
    automatic = trade_type == "AUTH"
    money.move(
        world,
        "deduction",
        order.user_id or "",
        amount_fen=amount,
        transaction_id=number,
        trade_type=trade_type,
        out_trade_no=world.ids.digits("auth_trade_no", 28) if automatic else order.out_order_no,
        attach=f"wxzff|{order.order_id}|{order.out_order_no}" if automatic else order.attach,
        **ledger_names(world, order),
    )
    mark_paid(world, order, Payment(1, amount, "NEWTON", fourteen_digits(world.now()), number))
    tell_order(world, order, "USER_PAID")


def ledger_names(world: World, order: Order) -> dict[str, Any]:
    """Return the ledger fields that say whose order it was."""
    return {
        "mchid": order.mchid,
        "sub_mchid": order.sub_mchid,
        "appid": order.appid,
        "openid": world.users.users[order.user_id or ""].openids[order.appid],
        "out_order_no": order.out_order_no,
        "order_id": order.order_id,
        "service_id": order.service_id,
    }


def mark_paid(world: World, order: Order, payment: Payment) -> None:
    """Close the collection; the order is DONE."""
    collection = order.collection
    if collection is None:
        raise RuntimeError("nothing to collect")
    collection.state = USER_PAID
    collection.paid_amount, collection.paying_amount = payment.amount, 0
    collection.details.append(payment)
    PayScore.of(world).finish(order, DONE, world.now())


def transaction_id(world: World) -> str:
    """Return a new payment number in WeChat's shape: 4200, channel, date, ten digits."""
    day = world.now().astimezone(BEIJING).strftime("%Y%m%d")
    return f"4200000000{day}{world.ids.number('transaction'):010d}"
