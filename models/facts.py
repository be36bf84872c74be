"""Things that happened to an order, each linked to the one before by its hash so that a later change shows."""

from enum import StrEnum
from hashlib import sha256
from json import dumps
from typing import TypeAlias

from models.base import Fen, Moment, Value


class FactKind(StrEnum):
    """What happened, in the past tense; the same word is the webhook type (dotted) and the catalogue key."""

    ORDER_PLACED = "order_placed"
    ORDER_SIGNED = "order_signed"
    ORDER_REFUSED = "order_refused"
    ORDER_EXPIRED = "order_expired"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_ENDED = "order_ended"
    ORDER_SETTLED = "order_settled"
    ORDER_OWED_OUTSIDE = "order_owed_outside"
    ORDER_PARKED = "order_parked"
    ORDER_UNPARKED = "order_unparked"
    ORDER_RESTORED = "order_restored"
    BILLING_TURNED_OFF = "billing_turned_off"
    COURSE_COMPLETED = "course_completed"
    LESSON_RESCHEDULED = "lesson_rescheduled"
    LESSON_TAUGHT = "lesson_taught"
    LESSON_TOLD = "lesson_told"
    LESSON_SILENCE_ENDING = "lesson_silence_ending"
    REPORT_ALLOWED = "report_allowed"
    LESSON_CONFIRMED = "lesson_confirmed"
    LESSON_DISPUTED = "lesson_disputed"
    LESSON_CANCELLED = "lesson_cancelled"
    LESSON_MAKE_UP_PLANNED = "lesson_make_up_planned"
    DISPUTE_ANSWERED = "dispute_answered"
    DISPUTE_DECIDED = "dispute_decided"
    CHARGE_OPENED = "charge_opened"
    CHARGE_ANNOUNCED = "charge_announced"
    CHARGE_REQUESTED = "charge_requested"
    CHARGE_LOWERED = "charge_lowered"
    CHARGE_REPORTED_PAID = "charge_reported_paid"
    CHARGE_OVERDUE = "charge_overdue"
    CHARGE_PAID = "charge_paid"
    CHARGE_IDENTIFIED = "charge_identified"
    CHARGE_CANCELLED = "charge_cancelled"
    CHARGE_FOUND = "charge_found"
    CHARGE_PROVEN = "charge_proven"
    REFUND_OWED = "refund_owed"
    REFUND_DONE = "refund_done"
    REFUND_FAILED = "refund_failed"
    REFUND_RETRIED = "refund_retried"
    REFUND_SETTLED_OUTSIDE = "refund_settled_outside"


Scalar: TypeAlias = str | int | bool | None


class Fact(Value):
    """One thing that happened. `by` is learner, institution, operator, wechat, xianxue (us), silence or deadline."""

    order_no: str
    seq: int
    kind: FactKind
    at: Moment
    by: str
    lesson_n: int | None = None
    charge_no: str | None = None
    amount_fen: Fen | None = None
    data: dict[str, Scalar] = {}
    previous_hash: str
    hash: str = ""

    @property
    def id(self) -> str:
        """Return the fact's own key: the order, its place in the chain, and the life it was recorded in."""
        life = self.data.get("generation")
        return f"{self.order_no}.{self.seq}.{life}" if life else f"{self.order_no}.{self.seq}"

    def computed_hash(self) -> str:
        """Hash everything but the hash itself, as canonical JSON (sorted keys, no spaces, UTF-8)."""
        body = self.model_dump(mode="json", exclude={"hash"})
        canonical = dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(canonical.encode()).hexdigest()

    def sealed(self) -> "Fact":
        """Return the same fact with its hash filled in."""
        return self.model_copy(update={"hash": self.computed_hash()})
