"""Telling one receiver one fact: the attempt series, its schedule, and how it ends."""

from datetime import datetime, timedelta
from enum import StrEnum

from models.base import Entity, Moment, Value
from models.errors import IllegalMove
from models.facts import Scalar


class Receiver(StrEnum):
    """By which road somebody is told."""

    WEBHOOK = "webhook"
    SUBSCRIBE_MESSAGE = "subscribe_message"
    OA_MESSAGE = "oa_message"
    OA_TEMPLATE = "oa_template"


class DeliveryState(StrEnum):
    """Where an attempt series stands. Parked: given up in sight of people, who may replay it."""

    PENDING = "pending"
    DELIVERED = "delivered"
    PARKED = "parked"
    SKIPPED = "skipped"


DELIVERY_MOVES: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.PENDING: frozenset({DeliveryState.DELIVERED, DeliveryState.PARKED, DeliveryState.SKIPPED}),
    # a person may have anything sent again
    DeliveryState.DELIVERED: frozenset({DeliveryState.PENDING}),
    DeliveryState.PARKED: frozenset({DeliveryState.PENDING}),
    DeliveryState.SKIPPED: frozenset({DeliveryState.PENDING}),
}


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

    def move(self, to: DeliveryState) -> None:
        """Change the state along the table; raises IllegalMove for any other way."""
        if to not in DELIVERY_MOVES[self.state]:
            message = f"delivery {self.id}: {self.state} -> {to}"
            raise IllegalMove(message)
        self.state = to

    def succeeded(self, attempt: Attempt) -> None:
        """The receiver took it."""
        self.move(DeliveryState.DELIVERED)
        self.attempts.append(attempt)
        self.next_at = None

    def failed(self, attempt: Attempt, *, retry_after: timedelta | None = None) -> None:
        """Try again by the schedule (not before `retry_after`); after the last try, park where people see it."""
        self.attempts.append(attempt)
        delays = WEBHOOK_DELAYS if self.receiver is Receiver.WEBHOOK else PUSH_DELAYS
        if len(self.attempts) > len(delays):
            self.move(DeliveryState.PARKED)
            self.next_at = None
            return
        delay = delays[len(self.attempts) - 1]
        self.next_at = attempt.at + max(delay, retry_after or delay)

    def skipped(self, attempt: Attempt) -> None:
        """The receiver cannot be told this way (no grant, window closed), and that is nobody's fault."""
        self.move(DeliveryState.SKIPPED)
        self.attempts.append(attempt)
        self.next_at = None

    def postponed(self, until: datetime) -> None:
        """Not tried now, because the receiver is down for others too; no try is used up."""
        self.next_at = until

    def replay(self, at: datetime) -> None:
        """Start the series again because a person asked."""
        if self.state is not DeliveryState.PENDING:
            self.move(DeliveryState.PENDING)
        self.next_at, self.attempts = at, []
