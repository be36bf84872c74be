"""Telling one receiver one fact: the attempt series, its schedule, and how it ends."""

from datetime import datetime, timedelta
from enum import StrEnum

from models.base import Entity, Moment, Value
from models.facts import Scalar


class Receiver(StrEnum):
    """By which road somebody is told."""

    WEBHOOK = "webhook"
    SUBSCRIBE_MESSAGE = "subscribe_message"
    OA_MESSAGE = "oa_message"


class DeliveryState(StrEnum):
    """Where an attempt series stands. Parked: given up in sight of people, who may replay it."""

    PENDING = "pending"
    DELIVERED = "delivered"
    PARKED = "parked"
    SKIPPED = "skipped"


WEBHOOK_DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)
"""Waits after each failed attempt, as Standard Webhooks 1.0.0 suggests: about 76 hours in all."""

PUSH_DELAYS = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1))


class Attempt(Value):
    """One try: when, and what came back (HTTP status or errcode, 0 when nothing did)."""

    at: Moment
    status: int
    note: str = ""


class WebhookEndpoint(Entity):
    """Where an institution wants to be told; `secret` signs, `old_secret` overlaps while it rotates."""

    id: str
    institution_id: str
    url: str
    secret: str
    old_secret: str | None = None
    types: tuple[str, ...] = ()
    created_at: Moment
    disabled_at: Moment | None = None
    disabled_because: str = ""


class Delivery(Entity):
    """One fact on its way to one receiver. `id` repeats on every try, so that receivers can know it again."""

    id: str
    fact_id: str
    order_no: str
    seq: int
    institution_id: str
    receiver: Receiver
    address: str
    type: str
    happened_at: Moment
    payload: dict[str, Scalar | dict[str, Scalar]]
    state: DeliveryState = DeliveryState.PENDING
    attempts: list[Attempt] = []
    next_at: Moment | None = None
    created_at: Moment

    def succeeded(self, attempt: Attempt) -> None:
        """The receiver took it."""
        self.attempts.append(attempt)
        self.state, self.next_at = DeliveryState.DELIVERED, None

    def failed(self, attempt: Attempt, *, retry_after: timedelta | None = None) -> None:
        """Try again by the schedule (not before `retry_after`); after the last try, park where people see it."""
        self.attempts.append(attempt)
        delays = WEBHOOK_DELAYS if self.receiver is Receiver.WEBHOOK else PUSH_DELAYS
        if len(self.attempts) > len(delays):
            self.state, self.next_at = DeliveryState.PARKED, None
            return
        delay = delays[len(self.attempts) - 1]
        self.next_at = attempt.at + max(delay, retry_after or delay)

    def skipped(self, attempt: Attempt) -> None:
        """The receiver cannot be told this way (no grant, window closed), and that is nobody's fault."""
        self.attempts.append(attempt)
        self.state, self.next_at = DeliveryState.SKIPPED, None

    def postponed(self, until: datetime) -> None:
        """Not tried now, because the receiver is down for others too; no try is used up."""
        self.next_at = until

    def replay(self, at: datetime) -> None:
        """Start the series again because a person asked."""
        self.state, self.next_at, self.attempts = DeliveryState.PENDING, at, []
