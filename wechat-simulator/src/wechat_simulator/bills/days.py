"""Which bills exist: Beijing days, ready after ten the next morning, kept three months."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.moments import BEIJING

if TYPE_CHECKING:
    from wechat_simulator.fields import Fields
    from wechat_simulator.world import World

_READY = time(10, tzinfo=BEIJING)
_KEPT_MONTHS = 3
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time of one bill; ``ready_at`` is when its file is made."""

    begin: datetime
    end: datetime
    ready_at: datetime

    def holds(self, moment: datetime) -> bool:
        """Return whether ``moment`` belongs to this bill."""
        return self.begin <= moment < self.end


def day_period(day: date) -> Period:
    """Return the bill period of a Beijing day."""
    begin = datetime.combine(day, time(0, tzinfo=BEIJING))
    return Period(
        begin, begin + timedelta(days=1), datetime.combine(day + timedelta(days=1), _READY)
    )


def asked_period(world: World, query: Fields, pattern: str = "%Y-%m-%d") -> Period:
    """Return the period of ``bill_date``, refused when it is too early to ask or too late.

    A ``pattern`` with an hour means a bill of that hour.
    """
    text = query.text("bill_date", 10)
    try:
        moment = datetime.strptime(text, pattern).replace(tzinfo=BEIJING)
    except ValueError as error:
        raise query.error("bill_date", f"格式应为{_spelled(pattern)}") from error
    if moment.strftime(pattern) != text:
        raise query.error("bill_date", f"格式应为{_spelled(pattern)}")
    period = day_period(moment.date())
    if "%H" in pattern:
        period = Period(moment, moment + timedelta(hours=1), period.ready_at)
    _check(world, period)
    return period


def _spelled(pattern: str) -> str:
    names = {"%Y": "yyyy", "%m": "MM", "%d": "DD", "%H": "HH"}
    for code, name in names.items():
        pattern = pattern.replace(code, name)
    return pattern


def _check(world: World, period: Period) -> None:
    now = world.now()
    if period.begin.date() >= now.astimezone(BEIJING).date():
        raise WeChatPayError(400, "INVALID_REQUEST", "账单日期应早于今天")
    if period.begin.date() < _oldest(now.astimezone(BEIJING).date()):
        raise WeChatPayError(400, "INVALID_REQUEST", "仅支持三个月内的账单下载申请")
    if now < period.ready_at:
        raise WeChatPayError(400, "STATEMENT_CREATING", "请求的账单正在生成中，请在10点后重试")


def _oldest(today: date) -> date:
    months = today.year * _YEAR + today.month - 1 - _KEPT_MONTHS
    year, month = months // _YEAR, months % _YEAR + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def missing() -> WeChatPayError:
    """Return the answer for a day on which nothing moved."""
    return WeChatPayError(400, "NO_STATEMENT_EXIST", "账单文件不存在")
