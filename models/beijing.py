"""Beijing time, for the edge where people read: inside, every moment is UTC."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one time for the whole country and no summer time."""


def for_people(at: datetime) -> str:
    """Write a moment as people and WeChat's `time` fields read it: 2026年11月22日 17:05."""
    local = at.astimezone(BEIJING)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def to_the_minute(at: datetime) -> str:
    """Write a moment as a timeline has it beside others: 2026-11-22 17:05."""
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def to_the_second(at: datetime) -> str:
    """Write when something happened: 2026-11-22 17:05:09."""
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def moments_written(values: Mapping[str, object], write: Callable[[datetime], str]) -> dict[str, object]:
    """Write every moment among the values of a sentence (`…_at`, `…_by`) for people; the rest stays as it is."""
    return {key: _written(value, write) if key.endswith(("_at", "_by")) else value for key, value in values.items()}


def _written(value: object, write: Callable[[datetime], str]) -> object:
    if not isinstance(value, str):
        return value
    try:
        return write(datetime.fromisoformat(value))
    except ValueError:
        return value
