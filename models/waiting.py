"""Waiting for somebody outside: when to act next, and when to ask again, because notices may be lost.

Every wait has a next moment. Only the methods here move one; what they set is stored as it is.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from models.base import Entity, Moment


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


class Asked(Entity):
    """Something WeChat may know more of than we do: when to ask next, and how often it was asked without news."""

    ask_at: Moment | None = None
    asks: int = 0

    def ask_from_now(self, at: datetime, doubt: Doubt) -> None:
        """Begin to ask, with the full patience of this doubt before the first question."""
        self.ask_at, self.asks = ask_again(doubt, 0, at), 0

    def ask_at_once(self, at: datetime) -> None:
        """Begin to ask now."""
        self.ask_at, self.asks = at, 0

    def ask_sooner(self, at: datetime) -> None:
        """Let the next question be asked now, if one is to be asked."""
        if self.ask_at is not None:
            self.ask_at = min(self.ask_at, at)

    def keep_asking(self, at: datetime, doubt: Doubt) -> None:
        """Count a question or an answer, and plan the next question."""
        self.asks += 1
        self.ask_at = ask_again(doubt, self.asks, at)

    def ask_later(self, at: datetime, doubt: Doubt) -> None:
        """Count a question that brought no news, and put the next one off, if one is to be asked."""
        if self.ask_at is not None:
            self.keep_asking(at, doubt)

    def ask_until(self, at: datetime, last: datetime) -> None:
        """Ask once more at the latest moment that can bring news, and not after it."""
        if self.ask_at is not None:
            self.ask_at = min(self.ask_at, last) if at < last else None

    def stop_asking(self) -> None:
        """Nothing is left to be asked."""
        self.ask_at = None

    def is_to_ask(self, at: datetime) -> bool:
        """Whether the moment of the next question has come."""
        return self.ask_at is not None and self.ask_at <= at


class Waiting(Asked):
    """Something we have to do at WeChat, too: when to try next, and how often it was tried."""

    act_at: Moment | None = None
    tries: int = 0

    def act_from(self, at: datetime) -> None:
        """Let it be tried at this moment, unless it is on its way already."""
        if self.act_at is None:
            self.act_at = at

    def act_not_before(self, at: datetime, earliest: datetime) -> None:
        """Let it be tried at this moment, unless it is on its way already, and not before the earliest one."""
        self.act_at = max(self.act_at or at, earliest)

    def act_later(self, at: datetime, doubt: Doubt) -> None:
        """Put off what is due and got us nowhere: the longer, the oftener it was tried."""
        if self.is_to_act(at):
            self.act_at = ask_again(doubt, self.tries, at)

    def tried(self) -> None:
        """Count a try, before it is made."""
        self.tries += 1

    def start_over(self) -> None:
        """Give it its full patience again."""
        self.tries = 0

    def postpone(self, until: datetime) -> None:
        """Let it be tried at this moment and not before."""
        self.act_at = until

    def acted(self) -> None:
        """It was done: nothing is to be tried, and what comes next has its full patience."""
        self.stop_acting()
        self.start_over()

    def stop_acting(self) -> None:
        """Nothing is to be tried for now; how often it was tried stays known."""
        self.act_at = None

    def rest(self) -> None:
        """Nothing is left to be tried or asked."""
        self.stop_acting()
        self.stop_asking()

    def is_to_act(self, at: datetime) -> bool:
        """Whether the moment to try has come."""
        return self.act_at is not None and self.act_at <= at
