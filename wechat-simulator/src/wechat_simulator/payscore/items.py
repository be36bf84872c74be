"""What an order charges and when: fee items, discounts, risk fund, time range.

Source: "创建支付分订单", pay.weixin.qq.com/doc/v3/merchant/4012587900
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.moments import parse_digits

if TYPE_CHECKING:
    from wechat_simulator.accounts import Service
    from wechat_simulator.fields import Fields

ON_ACCEPT = "OnAccept"
ENJOY_FIRST = ("ESTIMATE_ORDER_COST",)
DEPOSIT_WAIVED = ("DEPOSIT", "ADVANCE", "CASH_DEPOSIT")
OVER_CAP, END_BEFORE_START = 271316656, 271316637
_REPEATABLE = "商品信息"
_DIGITS = re.compile(r"\d{8}|\d{14}")


def payments(fields: Fields, low: int) -> list[dict[str, Any]]:
    """Return ``post_payments`` of ``low`` to 100 items as the merchant gave them."""
    items = [_payment(item) for item in fields.children("post_payments", low, 100)]
    _unique(fields, "post_payments", [i["name"] for i in items if i["name"] != _REPEATABLE])
    return items


def _payment(item: Fields) -> dict[str, Any]:
    amount, description = item.maybe_integer("amount"), item.maybe_text("description", 30)
    if amount is None and description is None:
        raise item.error("amount", "amount与description至少填一个")
    return _present(
        name=item.text("name", 20),
        amount=amount,
        description=description,
        count=item.maybe_integer("count", 1, 100),
    )


def discounts(fields: Fields, *, final: bool) -> list[dict[str, Any]]:
    """Return ``post_discounts``; ``final`` (complete, modify) needs amounts, create needs texts."""
    items = [_discount(item, final=final) for item in fields.children("post_discounts", 0, 30)]
    _unique(fields, "post_discounts", [item["name"] for item in items])
    return items


def _discount(item: Fields, *, final: bool) -> dict[str, Any]:
    text = item.maybe_text if final else item.text
    return _present(
        name=item.text("name", 20),
        description=text("description", 30),
        amount=item.integer("amount") if final else item.maybe_integer("amount"),
        count=item.maybe_integer("count", 1, 100),
    )


def _unique(fields: Fields, name: str, names: list[str]) -> None:
    if len(set(names)) != len(names):
        raise fields.error(name, "name不允许重复")


def _present(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def total(fields: Fields, paid: list[dict[str, Any]], off: list[dict[str, Any]]) -> int:
    """Return ``total_amount``, which must equal Σ payments − Σ discounts."""
    amount = fields.integer("total_amount")
    if amount != sum(p.get("amount", 0) for p in paid) - sum(d["amount"] for d in off):
        raise fields.error("total_amount", "最终总金额计算非法")
    return amount


def risk_fund(fields: Fields, service: Service) -> dict[str, Any]:
    """Return ``risk_fund``; its name must fit the service's family, its amount the cap."""
    fund = fields.child("risk_fund")
    names = ENJOY_FIRST if service.risk_family == "enjoy_first" else DEPOSIT_WAIVED
    name = fund.word("name", names)
    amount = fund.integer("amount", 1)
    if amount > service.risk_cap_fen:
        raise over_cap("订单风险金额超过此服务的服务风险金额")
    return _present(name=name, amount=amount, description=fund.maybe_text("description", 30))


def over_cap(message: str) -> WeChatPayError:
    """Return the refusal of an amount above what operations allowed."""
    return WeChatPayError(400, "INVALID_REQUEST", message, numeric=OVER_CAP)


def location(fields: Fields) -> dict[str, Any] | None:
    """Return ``location`` with its two texts."""
    place = fields.maybe_child("location")
    if place is None:
        return None
    start, end = place.maybe_text("start_location", 50), place.maybe_text("end_location", 50)
    return _present(start_location=start, end_location=end) or None


def device(fields: Fields) -> dict[str, Any] | None:
    """Return ``device``, meant for unmanned devices."""
    thing = fields.maybe_child("device")
    if thing is None:
        return None
    limits = {"start_device_id": 50, "end_device_id": 50, "materiel_no": 100}
    return _present(**{name: thing.maybe_text(name, n) for name, n in limits.items()})


def planned_times(fields: Fields) -> dict[str, Any]:
    """Return the ``time_range`` of create: a start (or OnAccept), perhaps an end not before it."""
    times = fields.child("time_range")
    start = times.text("start_time", 14)
    end = times.maybe_text("end_time", 14)
    begins = None if start == ON_ACCEPT else _moment(times, "start_time")
    ends = _moment(times, "end_time") if end else None
    if begins and ends and ends < begins:
        raise times.error("end_time", "结束时间早于开始时间", END_BEFORE_START)
    return _present(start_time=start, end_time=end, **_remarks(times))


def real_times(
    fields: Fields, planned: dict[str, Any], confirmed: datetime, now: datetime
) -> dict[str, Any]:
    """Return the ``time_range`` after complete: planned, overwritten by what really was."""
    times = fields.maybe_child("time_range")
    if times is None or not times.has("end_time"):
        if "end_time" not in planned:
            raise fields.error("time_range/end_time", "创建订单时未填写end_time，完结时必填")
        if times is None:
            return planned
    start, end = times.maybe_text("start_time", 14), times.maybe_text("end_time", 14)
    merged = planned | _present(start_time=start, end_time=end, **_remarks(times))
    begins = (
        confirmed if merged["start_time"] == ON_ACCEPT else _parsed(times, merged, "start_time")
    )
    ends = _parsed(times, merged, "end_time")
    if ends < begins.replace(microsecond=0):
        raise times.error("end_time", "真实结束时间小于预计开始时间", END_BEFORE_START)
    if end is not None and ends > now:
        raise times.error("end_time", "实际结束时间不能晚于使用完结接口的时间")
    return merged


def _remarks(times: Fields) -> dict[str, Any]:
    names = ("start_time_remark", "end_time_remark")
    return _present(**{name: times.maybe_text(name, 20) for name in names})


def _moment(times: Fields, name: str) -> datetime:
    return _parsed(times, {name: times.text(name, 14)}, name)


def _parsed(times: Fields, values: dict[str, Any], name: str) -> datetime:
    text = str(values[name])
    try:
        return parse_digits(text if _DIGITS.fullmatch(text) else "")
    except ValueError:
        raise times.error(name, "应为yyyyMMddHHmmss或yyyyMMdd") from None
