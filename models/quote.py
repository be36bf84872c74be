"""The quote for ending an order: what is due to the fen, and for how long that stands."""

from datetime import UTC, datetime
from hashlib import sha256

from models.base import Fen, Moment, Value
from models.lesson import LessonState


class QuoteLine(Value):
    """What one lesson costs on ending, and the rule that says so."""

    n: int
    title: str
    price_fen: Fen
    state: LessonState
    due_fen: Fen
    rule: str


class Quote(Value):
    """The sum of its lines, and the fee, is what will have been charged in all once the order ends.

    Of prepaid money `back_fen` is given back and `fee_fen` kept; a disputed lesson is in neither until it is decided.
    """

    id: str
    made_at: Moment
    expires_at: Moment
    lines: tuple[QuoteLine, ...]
    due_fen: Fen
    paid_fen: Fen
    fee_fen: Fen = 0
    back_fen: Fen = 0
    accepted_at: Moment | None = None


def quote_id(order_no: str, quote: Quote) -> str:
    """Name a quote by its moment, its order and what it says; nobody has to remember it.

    No secret is in it: who makes one up for an order of their own, of this moment and as the order stands, has only
    saved the asking.
    """
    said = quote.model_dump_json(include={"lines", "fee_fen", "back_fen"})
    return f"Q{round(quote.made_at.timestamp() * 1000):x}-{_digest(order_no)[:8]}-{_digest(said)[:24]}"


def quoted_at(order_no: str, quote_id: str) -> datetime | None:
    """Return when a quote was made for this order, None when the id is none of its."""
    moment, _, rest = quote_id.removeprefix("Q").partition("-")
    if rest.partition("-")[0] != _digest(order_no)[:8]:
        return None
    try:
        return datetime.fromtimestamp(int(moment, 16) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
