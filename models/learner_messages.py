"""What a learner is told of a fact outside the Mini Program: the words of a push, and of a chat message."""

from datetime import datetime

from models.beijing import for_people
from models.facts import Fact, FactKind, Scalar
from models.money import yuan
from models.order import Order
from models.subscribe_values import fit_fields
from models.texts import say

ORDER_PAGE = "pages/order/order?no={no}"
"""The Mini Program's page of one order; WeChat opens it when the push is tapped."""


def charged_fields(fields: tuple[str, ...], order: Order, fact: Fact, language: str) -> dict[str, Scalar]:
    """Fill the template "money was deducted": course, amount, time, what for; in that order, whatever the names."""
    values = (
        order.course.title,
        f"{yuan(fact.amount_fen or 0)}元",
        for_people(fact.at),
        _covers(order, fact, language),
    )
    return dict(fit_fields(fields, values))


def chat_text(order: Order, fact: Fact, language: str) -> str:
    """Write a fact as a message in the Official Account; raises KeyError for a kind that is not told there."""
    values: dict[str, object] = {
        **{key: _for_people(key, value) for key, value in fact.data.items()},
        "course": order.course.title,
        "order_no": order.no,
        "lesson": fact.lesson_n,
        "amount": yuan(fact.amount_fen or 0),
        "when": for_people(fact.at),
        "covers": _covers(order, fact, language),
        "confirm_by": _confirm_by(order, fact),
    }
    return say(f"push.{_text_key(fact)}", language, **values)


def order_page(order: Order) -> str:
    """Give the Mini Program's page of this order."""
    return ORDER_PAGE.format(no=order.no)


def _text_key(fact: Fact) -> str:
    if fact.kind is FactKind.DISPUTE_DECIDED:
        return "dispute_lesson_free" if fact.data.get("outcome") == "void" else "dispute_lesson_owed"
    return str(fact.kind)


def _covers(order: Order, fact: Fact, language: str) -> str:
    if fact.lesson_n is not None:
        return say("push.covers_lesson", language, lesson=fact.lesson_n)
    return say("push.covers_course", language, lessons=sum(lesson.is_owed for lesson in order.lessons))


def _confirm_by(order: Order, fact: Fact) -> str:
    confirm_by = None if fact.lesson_n is None else order.lesson(fact.lesson_n).confirm_by
    return for_people(confirm_by) if confirm_by else ""


def _for_people(key: str, value: Scalar) -> Scalar:
    """Show a stored moment (`…_at`, `…_by`) in Beijing time."""
    if not isinstance(value, str) or not key.endswith(("_at", "_by")):
        return value
    try:
        return for_people(datetime.fromisoformat(value))
    except ValueError:
        return value
