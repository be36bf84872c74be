"""Asking for a payment by either number, and closing one that is not wanted any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.ledger_index import LedgerIndex
from wechat_simulator.payments.entity import paid_entity, unpaid_entity
from wechat_simulator.payments.parties import Party, party
from wechat_simulator.payments.state import CLOSED, SUCCESS, Trade, Trades, trade_key
from wechat_simulator.surface import Answer, Call, json_answer, no_content

if TYPE_CHECKING:
    from wechat_simulator.ledger import Entry
    from wechat_simulator.world import World


async def by_out_trade_no(call: Call) -> Answer:
    """Answer the order with the merchant's number (a Pay Score payment: WeChat's own number)."""
    who = party(call, Fields.query(call))
    number = call.params["out_trade_no"]
    trade = Trades.of(call.world).find(who.mchid, number)
    if trade is not None and trade.sub_mchid == who.sub_mchid and trade.transaction_id is None:
        return json_answer(unpaid_entity(trade))
    return _paid(call.world, paid_by_number(call.world, who, number))


async def by_transaction_id(call: Call) -> Answer:
    """Answer the payment with WeChat's number, Pay Score deductions included.

    Source: Pay Score's numbers answer too, says "申请退款",
    pay.weixin.qq.com/doc/v3/merchant/4012587971
    """
    who = party(call, Fields.query(call))
    return _paid(call.world, paid_by_id(call.world, who, call.params["transaction_id"]))


def paid_by_id(world: World, who: Party, transaction_id: str) -> Entry | None:
    """Return the payment with WeChat's number when it is this party's, else None."""
    entry = LedgerIndex.of(world.ledger).paid(transaction_id)
    return entry if entry is not None and _belongs(entry, who) else None


def paid_by_number(world: World, who: Party, out_trade_no: str) -> Entry | None:
    """Return the payment with this out_trade_no when it is this party's, else None.

    A Pay Score order number is never an out_trade_no, not even where the bill shows it as one.
    """
    trade = Trades.of(world).find(who.mchid, out_trade_no)
    if trade is not None:
        return paid_by_id(world, who, trade.transaction_id or "")
    entry = LedgerIndex.of(world.ledger).paid_number(who.mchid, out_trade_no)
    if entry is None or entry.out_order_no == out_trade_no or not _belongs(entry, who):
        return None
    return entry


def _belongs(entry: Entry, who: Party) -> bool:
    return (entry.mchid, entry.sub_mchid) == (who.mchid, who.sub_mchid)


def _paid(world: World, entry: Entry | None) -> Answer:
    if entry is None:
        raise _missing()
    refunded = LedgerIndex.of(world.ledger).refunds(entry.transaction_id)
    return json_answer(paid_entity(world, entry, refunded=bool(refunded)))


def _missing() -> WeChatPayError:
    return WeChatPayError(404, "ORDER_NOT_EXIST", "订单不存在")


async def close(call: Call) -> Answer:
    """Close an unpaid order: 204, also when it is closed already."""
    who = party(call, Fields.body(call))
    trades, number = Trades.of(call.world), call.params["out_trade_no"]
    trade = trades.find(who.mchid, number)
    if trade is None or trade.sub_mchid != who.sub_mchid:
        _close_unknown(call.world, trades, who, number, trade)
    elif trade.state == SUCCESS:
        raise WeChatPayError(400, "ORDERPAID", "该订单已支付")
    else:
        trade.state = CLOSED
    return no_content()


def _close_unknown(
    world: World, trades: Trades, who: Party, number: str, foreign: Trade | None
) -> None:
    if foreign is not None or world.switches.text("close_unknown_trade") == "refuse":
        raise _missing()
    trades.burnt.append(trade_key(who.mchid, number))
