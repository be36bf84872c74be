"""The fund-flow bill of a day: every movement of the merchant's own account.

申请资金账单 (pay.weixin.qq.com/doc/v3/merchant/4012556742, 2024.09.19) and 资金账单结构说明
(pay.weixin.qq.com/docs/merchant/products/bill-download/structure/fund-bill.html). That a payment
and its fee are two lines, and that a refund gives its share of the fee back, is inferred from the
names of business that page knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wechat_simulator.bills.days import asked_period, day_period, missing
from wechat_simulator.bills.rows import fee, yuan
from wechat_simulator.bills.tickets import offer, sub_merchant, wants_gzip
from wechat_simulator.fields import Fields
from wechat_simulator.moments import BEIJING

if TYPE_CHECKING:
    from wechat_simulator.ledger import Entry
    from wechat_simulator.surface import Answer, Call
    from wechat_simulator.world import World

KIND = "fund"
HEADER = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),"
    "账户结余(元),资金变更提交申请人,备注,业务凭证号"
)
TOTALS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
_ACCOUNTS = ("BASIC", "OPERATION", "FEES")
_IN, _OUT = "收入", "支出"


@dataclass(frozen=True, slots=True)
class Flow:
    """One movement of the account; ``fen`` is negative when money leaves it."""

    at: datetime
    entry: Entry
    name: str
    fen: int


async def ask(call: Call) -> Answer:
    """Answer where the fund-flow bill of a day is; only the basic account ever moves here."""
    query = Fields.query(call)
    given = query.has("account_type")
    account = query.word("account_type", _ACCOUNTS) if given else "BASIC"
    packed, sub_mchid = wants_gzip(query), sub_merchant(call, query)
    day = asked_period(call.world, query).begin.date()
    wish = {"day": day.isoformat(), "account": account, "sub_mchid": sub_mchid, "packed": packed}
    return offer(call, KIND, wish, text(call.world, call.merchant.mchid, wish))


def text(world: World, mchid: str, wish: dict[str, Any]) -> bytes:
    """Return the file; NO_STATEMENT_EXIST when nothing moved that day."""
    period = day_period(date.fromisoformat(wish["day"]))
    flows = _flows(world, mchid, wish["sub_mchid"]) if wish["account"] == "BASIC" else []
    if not any(period.holds(flow.at) for flow in flows):
        raise missing()
    lines, balance, moved = [HEADER], 0, []
    for number, flow in enumerate(flows, start=1):
        balance += flow.fen
        if period.holds(flow.at):
            moved.append(flow)
            lines.append(_line(flow, f"{mchid}{flow.at:%Y%m%d}{number:010d}", balance))
    lines += [TOTALS, _totals(moved)]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _flows(world: World, mchid: str, sub_mchid: str | None) -> list[Flow]:
    rate = Decimal(str(world.switches.number("fee_rate_percent")))
    found: list[Flow] = []
    for entry in world.ledger.entries:
        if (entry.mchid, entry.sub_mchid) != (mchid, sub_mchid) or entry.kind == "sync":
            continue
        cost = int(fee(entry.amount_fen, rate) * 100)
        if entry.kind == "refund":
            pair = (("退款", -entry.amount_fen), ("退款退回手续费", cost))
        else:
            pair = (("交易", entry.amount_fen), ("扣除交易手续费", -cost))
        found += [Flow(entry.at, entry, name, fen) for name, fen in pair if fen]
    return found


def _line(flow: Flow, number: str, balance: int) -> str:
    entry = flow.entry
    refund = entry.kind == "refund"
    return _ticked(
        flow.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        (entry.out_refund_no if refund else entry.transaction_id) or "",
        number,
        flow.name,
        flow.name,
        _IN if flow.fen > 0 else _OUT,
        yuan(abs(flow.fen)),
        yuan(balance),
        "system",
        entry.attach or "",
        f"REF{entry.transaction_id}" if refund else entry.transaction_id,
    )


def _totals(moved: list[Flow]) -> str:
    came = [flow.fen for flow in moved if flow.fen > 0]
    went = [-flow.fen for flow in moved if flow.fen < 0]
    return _ticked(
        f"{len(moved)}.0",
        f"{len(came)}.0",
        yuan(sum(came)),
        f"{len(went)}.0",
        yuan(sum(went)),
    )


def _ticked(*values: str) -> str:
    return ",".join(f"`{value}" for value in values)
