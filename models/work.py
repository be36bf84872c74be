"""Work that gets nowhere: it is tried less and less often, and in the end it is a person's.

A try is *fruitless* when what it worked on is as due as before and unchanged, whatever the reason: the use case found
nothing to do, it broke, or its process died. Silence of the outside is not counted: it passes. And since work may also
go round in circles changing something each time, tries that follow each other without a quiet minute count from the
hundredth on.
"""

from datetime import datetime, timedelta

from models.base import Moment, Value


class Patience(Value):
    """How much is put up with."""

    first_wait: timedelta = timedelta(seconds=1)
    longest_wait: timedelta = timedelta(hours=1)
    stuck_after: int = 10
    busy_after: int = 100
    quiet: timedelta = timedelta(minutes=1)

    def fruitless(self, idle: int, rounds: int) -> int:
        """Count the fruitless tries: `idle` changed nothing, `rounds` followed each other without a quiet minute."""
        return max(idle, rounds - self.busy_after, 0)

    def wait(self, fruitless: int) -> timedelta:
        """Return how long work is left alone after this many fruitless tries; a caller spreads it by chance."""
        return min(self.longest_wait, self.first_wait * 2 ** min(fruitless - 1, 30)) if fruitless else timedelta(0)


class StuckWork(Value):
    """Work that was tried so often in vain that somebody has to look; `subject` is the number of what it is about."""

    work: str
    subject: str
    order_no: str = ""
    tries: int
    since: Moment

    @property
    def cause(self) -> int:
        """Return a number that grows with every further try."""
        return _milliseconds(self.since) + self.tries


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
