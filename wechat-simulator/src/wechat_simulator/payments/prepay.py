"""Placing a JSAPI order, again or anew, and what becomes of one that nobody pays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.moments import fourteen_digits
from wechat_simulator.payments.request import read_trade
from wechat_simulator.payments.state import CLOSED, NOTPAY, SUCCESS, Trade, Trades
from wechat_simulator.surface import Answer, Call, json_answer

if TYPE_CHECKING:
    from wechat_simulator.world import World

PREPAY_LIFE = timedelta(hours=2)
_REENTRY_NUMERIC = 268498688


async def place(call: Call) -> Answer:
    """Answer ``prepay_id``: of a new order, or of the same order asked for again."""
    wanted = read_trade(call)
    trades = Trades.of(call.world)
    known = trades.find(wanted.mchid, wanted.out_trade_no)
    if known is None:
        _refuse_burnt(trades, wanted)
        trades.trades[wanted.key] = known = wanted
        call.world.at(known.expires_at, "trade.expire", {"key": known.key})
    else:
        _check_reentry(call.world, known, wanted)
    return json_answer({"prepay_id": _prepay_id(call.world, trades, known)})


def _prepay_id(world: World, trades: Trades, trade: Trade) -> str:
    now = world.now()
    if trade.prepay_expires_at is None or trade.prepay_expires_at <= now:
        trade.prepay_id = f"wx{fourteen_digits(now)}{world.ids.hex('prepay', 20)}"
        trade.prepay_expires_at = now + PREPAY_LIFE
        trades.by_prepay_id[trade.prepay_id] = trade.key
    return trade.prepay_id


def _check_reentry(world: World, known: Trade, wanted: Trade) -> None:
    if known.state == SUCCESS:
        raise _used(world)
    if known.state == CLOSED:
        raise WeChatPayError(400, "ORDER_CLOSED", "该订单已关闭，请更换商户订单号重新下单")
    if known.request != wanted.request:
        raise _changed()


def _refuse_burnt(trades: Trades, wanted: Trade) -> None:
    if wanted.key in trades.burnt:
        raise _changed()


def _changed() -> WeChatPayError:
    message = "请求重入时，参数与首次请求时不一致"
    return WeChatPayError(400, "INVALID_REQUEST", message, numeric=_REENTRY_NUMERIC)


def _used(world: World) -> WeChatPayError:
    if world.switches.text("paid_number_code") == "ORDERPAID":
        return WeChatPayError(400, "ORDERPAID", "该订单已支付")
    return WeChatPayError(403, "OUT_TRADE_NO_USED", "商户订单号重复")


async def expire(world: World, payload: dict[str, Any]) -> None:
    """Close an order that reached its end unpaid."""
    trade = Trades.of(world).trades[payload["key"]]
    if trade.state == NOTPAY and world.switches.text("expired_trade") == "closed":
        trade.state = CLOSED
