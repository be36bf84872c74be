"""A payment as queries and the TRANSACTION.SUCCESS notice show it.

Source: "JSAPI下单",
pay.weixin.qq.com/docs/merchant/apis/jsapi-payment/direct-jsons/jsapi-prepay.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.moments import rfc3339_beijing
from wechat_simulator.payments.parties import Party
from wechat_simulator.payments.state import CLOSED, NOTPAY, Trades

if TYPE_CHECKING:
    from wechat_simulator.ledger import Entry
    from wechat_simulator.payments.state import Trade
    from wechat_simulator.world import World

BANK_TYPE = "OTHERS"  # paid from the WeChat balance
_CNY = "CNY"
_DESCRIPTIONS = {NOTPAY: "订单未支付", CLOSED: "订单已关闭"}


def unpaid_entity(trade: Trade) -> dict[str, Any]:
    """Return an order that was never paid: NOTPAY or CLOSED."""
    return {
        **_parties(trade.mchid, trade.sub_mchid, trade.appid, trade.sub_appid),
        "out_trade_no": trade.out_trade_no,
        "trade_state": trade.state,
        "trade_state_desc": _DESCRIPTIONS[trade.state],
        "attach": trade.attach or "",
        "payer": trade.payer,
        "amount": {"total": trade.total, "currency": _CNY, "payer_currency": _CNY},
        "promotion_detail": [],
    }


def paid_entity(world: World, entry: Entry, *, refunded: bool) -> dict[str, Any]:
    """Return a payment that was made, by JSAPI or by Pay Score.

    A Pay Score payment carries the out_trade_no that WeChat made, and its packet in ``attach``.
    """
    trade = Trades.of(world).paid_as(entry.transaction_id)
    plain: dict[str, Any] = {
        **_parties(entry.mchid, entry.sub_mchid, entry.appid, trade.sub_appid if trade else None),
        "out_trade_no": entry.out_trade_no,
        "transaction_id": entry.transaction_id,
        "trade_type": entry.trade_type,
        "trade_state": "REFUND" if refunded else "SUCCESS",
        "trade_state_desc": "订单发生过退款" if refunded else "支付成功",
        "bank_type": BANK_TYPE,
        "attach": entry.attach or "",
        "success_time": rfc3339_beijing(entry.at),
        "payer": trade.payer if trade else _payer(entry),
        "amount": _paid_amount(entry.amount_fen),
        "promotion_detail": [],
    }
    if trade is not None and trade.scene_info:
        plain["scene_info"] = trade.scene_info
    return plain


def success_notice(world: World, entry: Entry) -> dict[str, Any]:
    """Return the plaintext of TRANSACTION.SUCCESS; without coupons there is no promotion_detail."""
    plain = paid_entity(world, entry, refunded=False)
    del plain["promotion_detail"]
    return plain


def _parties(
    mchid: str, sub_mchid: str | None, appid: str, sub_appid: str | None
) -> dict[str, str]:
    names = Party(mchid, sub_mchid).names()
    if sub_mchid is None:
        return {"appid": appid, **names}
    return {"sp_appid": appid, **names, **({"sub_appid": sub_appid} if sub_appid else {})}


def _payer(entry: Entry) -> dict[str, str]:
    return {"openid" if entry.sub_mchid is None else "sp_openid": entry.openid}


def _paid_amount(total: int) -> dict[str, Any]:
    return {"total": total, "payer_total": total, "currency": _CNY, "payer_currency": _CNY}
