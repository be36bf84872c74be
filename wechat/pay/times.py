"""WeChat's two ways of writing time, both Beijing's: fourteen digits in service orders, RFC 3339 elsewhere."""

from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))

_DIGITS = {14: "%Y%m%d%H%M%S", 8: "%Y%m%d"}


def digits14(at: datetime) -> str:
    """Write a moment as a service order wants it: 20250901194459 is 19:44:59 in Beijing."""
    return at.astimezone(BEIJING).strftime(_DIGITS[14])


def rfc3339(at: datetime) -> str:
    """Write a moment as the other interfaces want it: 2025-09-01T19:44:59+08:00."""
    return at.astimezone(BEIJING).replace(microsecond=0).isoformat()


def read_time(value: object) -> datetime | None:
    """Read either form; None for nothing, an empty string, OnAccept, or anything else that is no time.

    A time without a zone is Beijing's.
    """
    if not isinstance(value, str):
        return None
    try:
        read = datetime.strptime(value, _DIGITS[len(value)]) if value.isdigit() else datetime.fromisoformat(value)  # noqa: DTZ007
    except (ValueError, KeyError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=BEIJING)
