"""What a learner is told of a fact outside the Mini Program: the words of a push, and of a chat message."""

from models.beijing import for_people, moments_written
from models.charge import PAID_OUTSIDE
from models.facts import Fact, FactKind, Scalar
from models.lesson import LessonState
from models.money import yuan
from models.order import Order
from models.subscribe_values import field_type, fit
from models.texts import say

ORDER_PAGE = "pages/order/order?no={no}"
"""The Mini Program's page of one order; WeChat opens it when the push is tapped."""

ASKS_ABOUT = "asks_about_lesson"


def chat_payload(order: Order, fact: Fact, language: str) -> dict[str, Scalar | dict[str, Scalar]]:
    """Write a chat message, and which lesson it asks the learner's word on, if it does."""
    text: dict[str, Scalar | dict[str, Scalar]] = {"text": chat_text(order, fact, language)}
    return text | ({ASKS_ABOUT: fact.lesson_n} if fact.kind is FactKind.LESSON_TAUGHT else {})


def waits_for_word(order: Order, n: int) -> bool:
    """Whether lesson `n` is taught and neither confirmed nor disputed."""
    return order.lesson(n).state is LessonState.TAUGHT


def charged_fields(fields: tuple[str, ...], order: Order, fact: Fact, language: str) -> dict[str, Scalar]:
    """Fill a template "money was deducted", whichever fields it has: each gets what fits its type.

    The first `thing` is the course, the second what the money is for.
    """
    when = for_people(fact.at)
    known = {
        "thing": iter((order.course.title, _covers(order, fact, language))),
        "amount": iter((f"{yuan(fact.amount_fen or 0)}元",)),
        "time": iter((when,)),
        "date": iter((when,)),
        "character_string": iter((order.no,)),
        "phrase": iter(("已付款" if fact.data.get("how") == PAID_OUTSIDE else "已扣款",)),
    }
    return {field: fit(field, next(known.get(field_type(field), iter(())), "")) for field in fields}


def chat_text(order: Order, fact: Fact, language: str) -> str:
    """Write a fact as a message in the Official Account; raises KeyError for a kind that is not told there."""
    values: dict[str, object] = {
        **moments_written(fact.data, for_people),
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
    """Return the Mini Program's page of this order."""
    return ORDER_PAGE.format(no=order.no)


def _text_key(fact: Fact) -> str:
    if fact.kind is FactKind.DISPUTE_DECIDED:
        return "dispute_lesson_free" if fact.data.get("outcome") == "void" else "dispute_lesson_owed"
    if fact.kind is FactKind.CHARGE_PAID and fact.data.get("how") == PAID_OUTSIDE:
        return "charge_paid_outside"
    return str(fact.kind)


def _covers(order: Order, fact: Fact, language: str) -> str:
    if fact.lesson_n is not None:
        return say("push.covers_lesson", language, lesson=fact.lesson_n)
    return say("push.covers_course", language, lessons=sum(lesson.is_owed for lesson in order.lessons))


def _confirm_by(order: Order, fact: Fact) -> str:
    confirm_by = None if fact.lesson_n is None else order.lesson(fact.lesson_n).confirm_by
    return for_people(confirm_by) if confirm_by else ""
