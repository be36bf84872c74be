"""One movement of money at WeChat: its states, what WeChat answered, and what was given back."""

from enum import StrEnum

from models.base import Fen, Moment, PositiveFen, Value
from models.errors import IllegalMove
from models.merchant import Origin
from models.waiting import Waiting


class ChargeState(StrEnum):
    """Where our money stands, as far as WeChat has told us."""

    NONE = "none"
    OPENING = "opening"
    OPEN = "open"
    HELD = "held"
    COMPLETING = "completing"
    DEDUCTING = "deducting"
    PAID = "paid"
    CANCELLED = "cancelled"


CHARGE_MOVES: dict[ChargeState, frozenset[ChargeState]] = {
    ChargeState.NONE: frozenset({ChargeState.OPENING, ChargeState.CANCELLED}),
    ChargeState.OPENING: frozenset({ChargeState.OPEN, ChargeState.CANCELLED, ChargeState.PAID}),
    ChargeState.OPEN: frozenset({ChargeState.HELD, ChargeState.COMPLETING, ChargeState.CANCELLED}),
    ChargeState.HELD: frozenset({ChargeState.OPEN, ChargeState.CANCELLED}),
    ChargeState.COMPLETING: frozenset({ChargeState.DEDUCTING, ChargeState.PAID, ChargeState.CANCELLED}),
    ChargeState.DEDUCTING: frozenset({ChargeState.PAID, ChargeState.CANCELLED}),
    ChargeState.PAID: frozenset(),
    ChargeState.CANCELLED: frozenset(),
}

PAID_OUTSIDE = "outside"
"""How a charge counts as paid after WeChat was told that the learner paid the institution itself."""

FINAL_CHARGE_STATES = frozenset({ChargeState.PAID, ChargeState.CANCELLED})


class ChannelState(StrEnum):
    """What WeChat's answer means for us, read from state, state_description and collection.state together."""

    AWAITING_LEARNER = "awaiting_learner"
    IN_SERVICE = "in_service"
    DEDUCTING = "deducting"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


def parse_channel_state(  # noqa: PLR0911 - one return a row of the table
    state: str | None, description: str | None, collection: str | None, total_fen: int | None = None
) -> ChannelState:
    """Read WeChat's triple; total over every input, and whatever is not known means *ask again*, never *paid*.

    Source: the service order's state machine (Pay Score, service order query). A completed order is only paid when the
    collection says so: the answer to a repeated completion is DONE without one. Only an order completed at nothing
    never gets any.
    """
    match state, description, collection:
        case "CREATED", _, _:
            return ChannelState.AWAITING_LEARNER
        case "DOING", "USER_CONFIRM", None:
            return ChannelState.IN_SERVICE
        case "DOING", "MCH_COMPLETE", None | "USER_PAYING":
            return ChannelState.DEDUCTING
        case "DONE", _, "USER_PAID":
            return ChannelState.PAID
        case "DONE", _, None if total_fen == 0:
            return ChannelState.PAID
        case "REVOKED", _, _:
            return ChannelState.CANCELLED
        case "EXPIRED", _, _:
            return ChannelState.EXPIRED
        case _:
            return ChannelState.UNKNOWN


class ChannelReading(Value):
    """One answer or notice of WeChat about one charge, in our words."""

    origin: Origin
    charge_no: str
    state: ChannelState
    order_id: str | None = None
    total_fen: Fen | None = None
    paid_fen: Fen | None = None
    paid_at: Moment | None = None
    paid_how: str = ""
    transaction_id: str | None = None
    started_at: Moment | None = None

    @property
    def number(self) -> str:
        """Our number of what this is about."""
        return self.charge_no

    @property
    def names_payment(self) -> bool:
        """Whether a *paid* says which payment it was; one to the institution itself, or of nothing, has no number."""
        return bool(self.transaction_id) or self.paid_how == PAID_OUTSIDE or self.total_fen == 0


class Completion(Value):
    """The exact request that asks for the money, frozen before it is sent so that a repeat is identical."""

    amount_fen: PositiveFen
    lessons: int
    started_at: Moment
    ended_at: Moment


class Announcement(Value):
    """What the learner knows before money is taken: at most this much, for these lessons, not before this moment.

    `how` they know: by which message, by which page, by their own word; `untold` when nobody could be reached.
    """

    amount_fen: PositiveFen
    lessons: tuple[int, ...]
    at: Moment
    how: str
    not_before: Moment


class RefundState(StrEnum):
    """Where money on its way back stands; a failed refund stays owed, one WeChat closed is tried under a new number."""

    OWED = "owed"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    FAILED = "failed"
    CLOSED = "closed"
    SETTLED_OUTSIDE = "settled_outside"


_R = RefundState

REFUND_MOVES: dict[RefundState, frozenset[RefundState]] = {
    _R.OWED: frozenset({_R.REFUNDING, _R.REFUNDED, _R.FAILED, _R.CLOSED}),
    _R.REFUNDING: frozenset({_R.REFUNDED, _R.FAILED, _R.CLOSED}),
    _R.FAILED: frozenset({_R.REFUNDING, _R.OWED, _R.REFUNDED, _R.CLOSED, _R.SETTLED_OUTSIDE}),
    _R.CLOSED: frozenset({_R.SETTLED_OUTSIDE}),
    _R.REFUNDED: frozenset(),
    _R.SETTLED_OUTSIDE: frozenset(),
}

ABNORMAL, BACK_AT_MERCHANT = "abnormal", "back_at_merchant"
"""Why WeChat could not give money back: the account did not take it, or it was sent to the merchant's own instead."""

OWED_BY_RULE = "xianxue"
"""Who asks for a refund that follows from the rules; any other is the institution's goodwill."""


class Refund(Waiting):
    """Money going back for one charge; `no` is our number and WeChat's idempotency key, `refund_id` is WeChat's number.

    `again_no` is the number under which one that WeChat closed is tried again, `reference` the institution's proof of
    one it settled itself.
    """

    no: str
    amount_fen: PositiveFen
    reason: str
    requested_by: str
    requested_at: Moment
    state: RefundState = RefundState.OWED
    problem: str = ""
    refunded_at: Moment | None = None
    refund_id: str = ""
    again_no: str = ""
    reference: str = ""

    @property
    def is_promised(self) -> bool:
        """Whether its amount is still spoken for: not once WeChat closed it, unless the rules owe it all the same."""
        return self.state is not RefundState.CLOSED or (self.requested_by == OWED_BY_RULE and not self.again_no)

    @property
    def is_back(self) -> bool:
        """Whether the learner has the money again."""
        return self.state in {RefundState.REFUNDED, RefundState.SETTLED_OUTSIDE}

    def move(self, to: RefundState) -> None:
        """Change the state along the table; raises IllegalMove for any other way."""
        if to not in REFUND_MOVES[self.state]:
            message = f"refund {self.no}: {self.state} -> {to}"
            raise IllegalMove(message)
        self.state = to


class OutsidePayment(Value):
    """The institution's word that the learner paid it directly, so that WeChat must not take the money too."""

    paid_at: Moment
    reference: str
    reported_at: Moment


class Charge(Waiting):
    """One service order (or JSAPI payment) at WeChat; `lesson_n` is None when it covers the whole course.

    `act_at` is when we must next do something at WeChat, `ask_at` when we must next ask because a notice may be lost.
    `asked_at` is when WeChat was last asked to open it: a request may still be on its way for a while after.
    `due_at` is when it was first known what it has to take.
    `found_at` is set while we do not know for what its money was asked, because that was forgotten in a restore.
    """

    no: str
    lesson_n: int | None = None
    state: ChargeState = ChargeState.NONE
    order_id: str | None = None
    asked_at: Moment | None = None
    opened_at: Moment | None = None
    started_at: Moment | None = None
    due_at: Moment | None = None
    announcement: Announcement | None = None
    completion: Completion | None = None
    paid_fen: Fen = 0
    paid_at: Moment | None = None
    paid_how: str = ""
    transaction_id: str | None = None
    cancel_reason: str = ""
    lowered_to_fen: Fen | None = None
    lowering_reason: str = ""
    outside_payment: OutsidePayment | None = None
    remind_at: Moment | None = None
    reminders: int = 0
    refunds: list[Refund] = []
    found_at: Moment | None = None

    @property
    def lacks_transaction(self) -> bool:
        """Whether WeChat took money here and we do not know under which transaction id: nothing can be given back."""
        is_paid = self.state is ChargeState.PAID and self.paid_fen > 0 and self.paid_how != PAID_OUTSIDE
        return is_paid and not self.transaction_id

    @property
    def is_final(self) -> bool:
        """Whether WeChat can no longer take money under this number."""
        return self.state in FINAL_CHARGE_STATES

    @property
    def promised_fen(self) -> int:
        """What went back or is owed back: a failed refund stays owed."""
        return sum(refund.amount_fen for refund in self.refunds if refund.is_promised)

    @property
    def promised_by_rule_fen(self) -> int:
        """What of it the rules owed back; the rest was the institution's goodwill."""
        by_rule = (refund for refund in self.refunds if refund.requested_by == OWED_BY_RULE)
        return sum(refund.amount_fen for refund in by_rule if refund.is_promised)

    @property
    def refunded_fen(self) -> int:
        """What has certainly gone back."""
        return sum(refund.amount_fen for refund in self.refunds if refund.is_back)

    def move(self, to: ChargeState) -> None:
        """Change the state along the table; raises IllegalMove for any other way."""
        if to not in CHARGE_MOVES[self.state]:
            message = f"charge {self.no}: {self.state} -> {to}"
            raise IllegalMove(message)
        self.state = to
