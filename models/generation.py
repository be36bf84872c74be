"""Which life of the database this is: a restore begins a new one, and until it has caught up nothing is acted upon."""

import re
from base64 import b32encode
from datetime import UTC, datetime
from enum import StrEnum

from models.base import Moment, Value

MARKS_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
OURS = re.compile(r"(X[0-9]{8}|A)[0A-Z2-7]{12,}")
"""An order's number, one under it, or an application's for a permission."""

MARK_BYTES, MARK_LENGTH = 5, 6
"""Thirty bits of seconds: enough until the year 2058."""


class Memory(StrEnum):
    """How much this life knows of what happened before it."""

    RESTORING = "restoring"
    CATCHING_UP = "catching_up"
    WHOLE = "whole"


class Generation(Value):
    """One life of the database. The first has no mark; `backup_at` is how far the memory of a later one reaches.

    `phase` and `after` say how far catching up is: what is asked about, and the last number that was.
    """

    number: int = 1
    mark: str = ""
    memory: Memory = Memory.WHOLE
    begun_at: Moment | None = None
    backup_at: Moment | None = None
    phase: str = ""
    after: str = ""
    moved_at: Moment | None = None

    def forgot(self, number: str) -> bool:
        """Whether a number of ours may have been made after the backup this life began from, by an earlier life."""
        return self.backup_at is not None and bool(OURS.match(number)) and (not self.mark or self.mark not in number)


def generation_mark(at: datetime) -> str:
    """Make the mark that ids of a life begun at this (real) second carry, so that no other life makes the same ones.

    Its 0 is in no random part of an id (A-Z2-7), so a mark cannot be mistaken for one. It is the second and not a
    count, because two restores of one backup begin two different lives.
    """
    seconds = int((at - MARKS_BEGIN).total_seconds())
    return "0" + b32encode((seconds << 10).to_bytes(MARK_BYTES)).decode()[:MARK_LENGTH]
