"""When to ask WeChat again about something doubtful: notices may be lost, so every wait has a next question."""

from datetime import datetime, timedelta
from enum import StrEnum


class Doubt(StrEnum):
    """What we are waiting to hear about; each kind has its own patience."""

    PLACING = "placing"
    LEARNER = "learner"
    PLAN = "plan"
    SIGNED_PLAN = "signed_plan"
    AUTHORIZATION = "authorization"
    DEDUCTION = "deduction"
    REFUND = "refund"


def _minutes(*minutes: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=x) for x in minutes)


ASK_AFTER: dict[Doubt, tuple[timedelta, ...]] = {
    # our own process may have died between two writes
    Doubt.PLACING: (timedelta(seconds=30), *_minutes(1, 5, 15, 60)),
    # WeChat tells for 24 hours, but the learner is looking at the screen now
    Doubt.LEARNER: _minutes(1, 2, 5, 10, 30, 60, 360, 720, 1440),
    # plan notices are sent for eleven minutes only, so the first looks must be early
    Doubt.PLAN: _minutes(1, 2, 4, 4, 10, 30, 60, 360, 720, 1440),
    Doubt.SIGNED_PLAN: _minutes(5, 30, 120, 360),
    Doubt.AUTHORIZATION: _minutes(60, 360, 1440),
    # WeChat deducts by itself until it succeeds; a refusal for want of balance may last days
    Doubt.DEDUCTION: _minutes(1, 5, 15, 60, 360, 1440),
    Doubt.REFUND: _minutes(1, 1, 1, 1, 5, 15, 60, 360, 1440),
}
"""Waits before each question; the last one repeats."""


def ask_again(doubt: Doubt, asked: int, at: datetime) -> datetime:
    """Say when to ask next, after having asked `asked` times."""
    delays = ASK_AFTER[doubt]
    return at + delays[min(asked, len(delays) - 1)]
