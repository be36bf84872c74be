"""The spellings of time on WeChat's wire. Inside, every moment is an aware UTC datetime."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

_DIGIT_COUNTS = (8, 14)
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def rfc3339_utc(moment: datetime) -> str:
    """Return ``2025-09-01T12:00:00.000Z``, the control plane's spelling."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rfc3339_beijing(moment: datetime, *, milliseconds: bool = False) -> str:
    """Return ``2025-09-01T20:00:00+08:00``, with ``.000`` on request.

    Source: "基本规则", pay.weixin.qq.com/docs/merchant/development/interface-rules/basic-rules.html
    """
    spec = "milliseconds" if milliseconds else "seconds"
    return moment.astimezone(BEIJING).isoformat(timespec=spec)


def fourteen_digits(moment: datetime) -> str:
    """Return Beijing time as ``yyyyMMddHHmmss``, the spelling of service orders."""
    return moment.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")


def parse_rfc3339(text: str) -> datetime:
    """Return the aware UTC moment of an RFC 3339 text; ValueError without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no offset in {text!r}")
    return moment.astimezone(UTC)


def parse_digits(text: str) -> datetime:
    """Return the moment of 14 or 8 Beijing digits (8 = midnight); ValueError otherwise."""
    if len(text) not in _DIGIT_COUNTS or not text.isascii() or not text.isdigit():
        raise ValueError(f"neither yyyyMMddHHmmss nor yyyyMMdd: {text!r}")
    full = text.ljust(14, "0")
    month, day, hour, minute, second = (int(full[at : at + 2]) for at in range(4, 14, 2))
    moment = datetime(int(full[:4]), month, day, hour, minute, second, tzinfo=BEIJING)
    return moment.astimezone(UTC)
