"""The refund desk: take a refund, show it, and begin again what the bank could not deliver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.faults import REFUND_KINDS
from wechat_simulator.fields import Fields
from wechat_simulator.moments import fourteen_digits
from wechat_simulator.payments.lookup import paid_by_id, paid_by_number
from wechat_simulator.refunds.entity import refund_entity
from wechat_simulator.refunds.request import read_wish, refunder
from wechat_simulator.refunds.rules import check_new, check_repeat
from wechat_simulator.refunds.settle import begin
from wechat_simulator.refunds.state import Refund, Refunds
from wechat_simulator.surface import Answer, Call, json_answer

if TYPE_CHECKING:
    from wechat_simulator.ledger import Entry
    from wechat_simulator.refunds.request import Wish
    from wechat_simulator.world import World


async def apply(call: Call) -> Answer:
    """Take a refund; the answer only means that it was accepted."""
    wish, refunds = read_wish(call), Refunds.of(call.world)
    known = refunds.find(wish.who.mchid, wish.out_refund_no)
    if known is not None:
        check_repeat(known, wish)
        return json_answer(refund_entity(known))
    entry = _payment(call.world, wish)
    check_new(call.world, entry, wish)
    refund = _made(call.world, wish, entry)
    refunds.add(refund)
    begin(call.world, refund)
    return json_answer(refund_entity(refund))


def _payment(world: World, wish: Wish) -> Entry:
    if wish.transaction_id is not None:
        entry = paid_by_id(world, wish.who, wish.transaction_id)
    else:
        entry = paid_by_number(world, wish.who, wish.out_trade_no or "")
    if entry is None:
        raise WeChatPayError(404, "RESOURCE_NOT_EXISTS", "订单不存在")
    return entry


def _made(world: World, wish: Wish, entry: Entry) -> Refund:
    day = fourteen_digits(world.now())[:8]
    return Refund(
        mchid=wish.who.mchid,
        sub_mchid=wish.who.sub_mchid,
        out_refund_no=wish.out_refund_no,
        refund_id=f"5030{world.ids.digits('refund_class', 4)}{day}{world.ids.digits('refund', 13)}",
        transaction_id=entry.transaction_id,
        out_trade_no=entry.out_trade_no or "",
        user_id=entry.user_id,
        amount=wish.refund,
        total=wish.total,
        request=wish.request,
        created_at=world.now(),
        outcome=_outcome(world, wish.out_refund_no),
        notify_url=wish.notify_url,
        funds_account=wish.funds_account or "UNSETTLED",
        sources=wish.sources,
    )


def _outcome(world: World, out_refund_no: str) -> str:
    fault = world.faults.take(f"refund:{out_refund_no}", REFUND_KINDS)
    return fault.kind.upper() if fault else world.switches.text("refund_outcome")


async def read(call: Call) -> Answer:
    """Answer one refund by the merchant's number."""
    who = refunder(call, Fields.query(call))
    refund = Refunds.of(call.world).find(who.mchid, call.params["out_refund_no"])
    if refund is None or refund.sub_mchid != who.sub_mchid:
        raise WeChatPayError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return json_answer(refund_entity(refund))
