"""An order in a few numbers, as a person asks for it: what was taught, what is confirmed, what it costs so far."""

from collections.abc import Iterable

from models.base import Fen, Value
from models.charge import ChargeState
from models.fee_mode import FeeMode
from models.lesson import LessonState
from models.order import Order, OrderState, RefusalNote

BEFORE_TRAINING = frozenset({OrderState.PLACING, OrderState.AWAITING_LEARNER})

SHORT_TITLE = 24


class OrderSummary(Value):
    """One order: lesson counts, the lessons waiting for the learner's word, and amounts in fen."""

    order_no: str
    title: str
    student_name: str
    fee_mode: FeeMode
    state: OrderState
    lessons: int
    taught: int
    confirmed: int
    to_confirm: tuple[int, ...]
    owed_fen: Fen
    paid_fen: Fen
    refunded_fen: Fen
    is_final: bool
    standing: str
    refusal: RefusalNote | None = None

    @property
    def short_title(self) -> str:
        """The title, short enough for several in one chat message."""
        return self.title if len(self.title) <= SHORT_TITLE else f"{self.title[: SHORT_TITLE - 1]}…"


def summarise(order: Order) -> OrderSummary:
    """Sum an order up as it stands."""
    waiting = order.lessons_in(LessonState.TAUGHT)
    return OrderSummary(
        order_no=order.no,
        title=order.course.title,
        student_name=order.buyer.student_name,
        fee_mode=order.fee_mode,
        state=order.state,
        lessons=len(order.lessons),
        taught=len(order.lessons_in(LessonState.TAUGHT, LessonState.CONFIRMED, LessonState.DISPUTED)),
        confirmed=len(order.lessons_in(LessonState.CONFIRMED)),
        to_confirm=tuple(lesson.n for lesson in waiting),
        owed_fen=order.owed_fen,
        paid_fen=order.paid_fen,
        refunded_fen=order.refunded_fen,
        is_final=order.is_final,
        standing=_standing(order),
        refusal=order.refusal,
    )


def _standing(order: Order) -> str:
    """Say where the order stands, as its learner understands it: the state, unless something says more."""
    if order.refusal is not None:
        return "refused"
    if order.is_overdue:
        return "overdue"
    if order.charges_in(ChargeState.DEDUCTING):
        return "deducting"
    if order.fence is not None and order.state is OrderState.IN_TRAINING:
        return "ended"
    return order.state


def running_first(orders: Iterable[Order]) -> list[Order]:
    """Put the orders that still live before those that are over, each kind in the order given."""
    return sorted(orders, key=lambda order: order.is_final)


def candidates(orders: Iterable[Order], n: int) -> list[Order]:
    """Return the orders a learner may mean by "lesson n": those waiting for their word on it.

    When none waits, the only order that has such a lesson, so that the refusal (or the "already") is about it.
    """
    started = [order for order in orders if order.state not in BEFORE_TRAINING and 1 <= n <= len(order.lessons)]
    waiting = [order for order in started if order.lesson(n).state is LessonState.TAUGHT]
    return waiting or (started if len(started) == 1 else [])
