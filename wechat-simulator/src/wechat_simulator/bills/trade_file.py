"""The trade bill's text: header, lines with back-ticks, header of the totals, totals.

Columns and order are those of the published file format (交易账单文件格式说明, 2023.09.26).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from wechat_simulator.bills.rows import Row, fee, yuan
from wechat_simulator.moments import BEIJING
from wechat_simulator.payments.entity import BANK_TYPE

if TYPE_CHECKING:
    from datetime import datetime

    from wechat_simulator.world import World

_HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,"
    "交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,"
)
_REFUND = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,"
_TAIL = "商品名称,商户数据包,手续费,费率,订单金额,"
HEADERS = {
    "ALL": f"{_HEAD}{_REFUND}{_TAIL}申请退款金额,费率备注",
    "SUCCESS": f"{_HEAD}{_TAIL}费率备注",
    "REFUND": f"{_HEAD}退款申请时间,退款成功时间,{_REFUND}{_TAIL}申请退款金额,费率备注",
}
TOTALS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
_NONE = "0.00"


def trade_file(world: World, kind: str, found: list[Row]) -> bytes:
    """Return the file of ``kind`` ALL, SUCCESS or REFUND, UTF-8 with CRLF."""
    rate = Decimal(str(world.switches.number("fee_rate_percent")))
    lines = [HEADERS[kind], *(_line(kind, row, rate) for row in found), TOTALS]
    lines.append(_ticked(_totals(found, rate)))
    mark = "\ufeff" if world.switches.flag("bill_byte_order_mark") else ""
    return (mark + "".join(f"{line}\r\n" for line in lines)).encode()


def _ticked(values: list[str]) -> str:
    return ",".join(f"`{value}" for value in values)


def _line(kind: str, row: Row, rate: Decimal) -> str:
    values = _head(row)
    if kind == "REFUND":
        values += _refund_times(row)
    if kind != "SUCCESS":
        values += _refund_part(row)
    values += _tail(row, rate)
    if kind != "SUCCESS":
        values.append(yuan(row.refunded_fen))
    return _ticked([*values, ""])


def _head(row: Row) -> list[str]:
    entry = row.entry
    return [
        _time(row.at),
        entry.appid,
        entry.mchid,
        entry.sub_mchid or "0",
        "",
        entry.transaction_id,
        entry.out_trade_no or "",
        entry.openid,
        entry.trade_type or "",
        "REFUND" if row.refund else "SUCCESS",
        BANK_TYPE,
        "CNY",
        yuan(row.paid_fen),
        _NONE,
    ]


def _refund_times(row: Row) -> list[str]:
    refund = row.refund
    done = refund is not None and row.refund_status == "SUCCESS" and refund.finished_at
    return [_time(row.at), _time(done) if done else ""]


def _refund_part(row: Row) -> list[str]:
    if row.refund is None:
        return ["0", "0", _NONE, _NONE, "", ""]
    return [
        row.refund.refund_id,
        row.refund.out_refund_no,
        yuan(row.refund.amount),
        _NONE,
        "ORIGINAL",
        row.refund_status or "",
    ]


def _tail(row: Row, rate: Decimal) -> list[str]:
    return [
        row.description,
        row.entry.attach or "",
        _fee(row, rate),
        f"{rate:.2f}%",
        yuan(row.paid_fen),
    ]


def _fee(row: Row, rate: Decimal) -> str:
    return f"{fee(row.paid_fen - row.refunded_fen, rate):.5f}"


def _totals(found: list[Row], rate: Decimal) -> list[str]:
    paid = sum(row.paid_fen for row in found)
    refunded = sum(row.refunded_fen for row in found)
    fees = sum((fee(row.paid_fen - row.refunded_fen, rate) for row in found), Decimal(0))
    return [
        str(len(found)),
        yuan(paid),
        yuan(refunded),
        _NONE,
        f"{fees:.5f}",
        yuan(paid),
        yuan(refunded),
    ]


def _time(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
