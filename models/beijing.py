"""Beijing time, for the edge where people read: inside, every moment is UTC."""

from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one time for the whole country and no summer time."""


def for_people(at: datetime) -> str:
    """Write a moment as people and WeChat's `time` fields read it: 2026年11月22日 17:05."""
    local = at.astimezone(BEIJING)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
