"""The quote for ending an order: what is due to the fen, and for how long that stands."""

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
