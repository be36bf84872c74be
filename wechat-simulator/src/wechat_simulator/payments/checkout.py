"""The cashier: what ``wx.requestPayment`` opens on the user's phone, and the money taken there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator import money
from wechat_simulator.crypto import rsa_verify
from wechat_simulator.errors import ControlError
from wechat_simulator.moments import fourteen_digits
from wechat_simulator.notifier import notify
from wechat_simulator.payments.entity import success_notice
from wechat_simulator.payments.state import CLOSED, SUCCESS, Trade, Trades
from wechat_simulator.surface import Answer, Call, json_answer

if TYPE_CHECKING:
    from wechat_simulator.ledger import Entry
    from wechat_simulator.users import User
    from wechat_simulator.world import World

_PACKAGE = "prepay_id="
_NAMES = ("timeStamp", "nonceStr", "package", "signType", "paySign")


async def request_payment(call: Call) -> Answer:
    """Play ``wx.requestPayment`` with its own five parameters; ``appid`` says which app runs it.

    A call that WeChat rejects as wrongly made is HTTP 400. Otherwise ``result`` is ``paid``,
    ``refused`` (the user turned away) or ``declined`` with a ``reason`` that the user reads.
    """
    world, wish = call.world, call.json()
    user = world.users.get(call.params["user_id"])
    appid = str(wish.get("appid") or world.accounts.miniprogram.appid)
    trade = _trade(world, _parameters(wish), appid)
    if wish.get("decision", "accept") not in ("accept", "refuse", "open"):
        raise ControlError("decision must be accept, refuse or open")
    if wish.get("decision") == "open":
        return json_answer({"result": "opened", "shown": _shown(world, trade)})
    if wish.get("decision") == "refuse":
        return json_answer({"result": "refused", "errMsg": "requestPayment:fail cancel"})
    reason = _obstacle(world, trade, user)
    if reason is not None:
        message = f"requestPayment:fail {reason}"
        return json_answer({"result": "declined", "reason": reason, "errMsg": message})
    entry = _take_money(world, trade, user)
    return json_answer(
        {"result": "paid", "errMsg": "requestPayment:ok", "transaction_id": entry.transaction_id}
    )


def _shown(world: World, trade: Trade) -> dict[str, Any]:
    merchant = world.accounts.merchant_name(trade.mchid, trade.sub_mchid)
    return {"merchant": merchant, "description": trade.description, "amount_fen": trade.total}


def _parameters(wish: dict[str, Any]) -> dict[str, str]:
    for name in _NAMES:
        if not isinstance(wish.get(name), str) or not wish[name]:
            raise _failure(f"parameter error: parameter.{name} should be String")
    if not wish["timeStamp"].isdigit() or wish["signType"] != "RSA":
        raise _failure("timeStamp must be seconds and signType RSA")
    return {name: wish[name] for name in _NAMES}


def _trade(world: World, given: dict[str, str], appid: str) -> Trade:
    prepay_id = given["package"].removeprefix(_PACKAGE)
    trade = Trades.of(world).prepaid(prepay_id)
    if trade is None or not given["package"].startswith(_PACKAGE):
        raise _failure("支付验证签名失败: 无效的prepay_id")
    if appid != trade.cashier_appid:
        raise _failure("调起支付的appid与下单的appid不一致")
    merchant = world.accounts.merchant(trade.mchid)
    lines = f"{appid}\n{given['timeStamp']}\n{given['nonceStr']}\n{given['package']}\n"
    key = world.keys.get(merchant.key_slot).public if merchant else None
    if key is None or not rsa_verify(key, lines.encode(), given["paySign"]):
        raise _failure("支付验证签名失败")
    if trade.prepay_id != prepay_id or (trade.prepay_expires_at or world.now()) <= world.now():
        raise _failure("prepay_id已过期，请重新下单")
    return trade


def _failure(detail: str) -> ControlError:
    return ControlError(f"requestPayment:fail {detail}")


def _obstacle(world: World, trade: Trade, user: User) -> str | None:
    if trade.state == SUCCESS:
        return "该订单已支付"
    if trade.state == CLOSED:
        return "该订单已关闭"
    if trade.expires_at <= world.now():
        return "该订单已过期"
    if trade.user_id != user.user_id:
        return "下单账号与支付账号不一致，请核实后再支付"
    return "余额不足" if user.balance_fen < trade.total else None


def _take_money(world: World, trade: Trade, user: User) -> Entry:
    trade.state, trade.paid_at = SUCCESS, world.now()
    trade.transaction_id = transaction_id(world)
    Trades.of(world).by_transaction[trade.transaction_id] = trade.key
    entry = money.move(
        world,
        "payment",
        user.user_id,
        mchid=trade.mchid,
        sub_mchid=trade.sub_mchid,
        openid=user.openids[trade.appid],
        appid=trade.appid,
        amount_fen=trade.total,
        transaction_id=trade.transaction_id,
        out_trade_no=trade.out_trade_no,
        trade_type="JSAPI",
        attach=trade.attach,
    )
    _announce(world, trade, entry)
    return entry


def transaction_id(world: World) -> str:
    """Return a new WeChat order number: 28 digits that carry the Beijing day."""
    day = fourteen_digits(world.now())[:8]
    return f"4200{world.ids.digits('trade_class', 6)}{day}{world.ids.digits('trade', 10)}"


def _announce(world: World, trade: Trade, entry: Entry) -> None:
    notify(
        world,
        mchid=trade.mchid,
        url=trade.notify_url,
        event_type="TRANSACTION.SUCCESS",
        original_type="transaction",
        plaintext=success_notice(world, entry),
        business_key=trade.out_trade_no,
        summary="支付成功",
    )
