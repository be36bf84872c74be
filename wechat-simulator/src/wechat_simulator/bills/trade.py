"""The trade bill of a day.

Source: "申请交易账单", pay.weixin.qq.com/doc/v3/merchant/4012556654
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from wechat_simulator.bills.days import asked_period, day_period, missing
from wechat_simulator.bills.rows import rows
from wechat_simulator.bills.tickets import offer, sub_merchant, wants_gzip
from wechat_simulator.bills.trade_file import trade_file
from wechat_simulator.fields import Fields
from wechat_simulator.payments.parties import Party

if TYPE_CHECKING:
    from wechat_simulator.surface import Answer, Call
    from wechat_simulator.world import World

KIND = "trade"
_KINDS = ("ALL", "SUCCESS", "REFUND")


async def ask(call: Call) -> Answer:
    """Answer where the bill of a day is."""
    query = Fields.query(call)
    kind = query.word("bill_type", _KINDS) if query.has("bill_type") else "ALL"
    packed, sub_mchid = wants_gzip(query), sub_merchant(call, query)
    day = asked_period(call.world, query).begin.date()
    wish = {"day": day.isoformat(), "kind": kind, "sub_mchid": sub_mchid, "packed": packed}
    return offer(call, KIND, wish, text(call.world, call.merchant.mchid, wish))


def text(world: World, mchid: str, wish: dict[str, Any]) -> bytes:
    """Return the file; NO_STATEMENT_EXIST when nothing happened that day."""
    period = day_period(date.fromisoformat(wish["day"]))
    found = rows(world, Party(mchid, wish["sub_mchid"]), period, wish["kind"])
    if not found:
        raise missing()
    return trade_file(world, wish["kind"], found)
