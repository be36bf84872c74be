"""How far something that arrived got: notices of WeChat Pay and messages of people alike."""

from enum import StrEnum


class InboxState(StrEnum):
    """How far an arrival got: begun is not done."""

    NEW = "new"
    RUNNING = "running"
    UNFINISHED = "unfinished"
    DONE = "done"
