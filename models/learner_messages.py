"""What a learner is told of a fact outside the Mini Program: the words of a push, and of a chat message."""

from collections.abc import Sequence
from datetime import datetime

from models.beijing import for_people, moments_written
from models.charge import PAID_OUTSIDE
from models.facts import Fact, FactKind, Scalar
from models.fee_mode import FeeMode
from models.lesson import LessonState
from models.money import yuan
from models.order import Order
from models.publishing import TELLINGS, Payload
from models.subscribe_values import field_type, fit
from models.texts import say, say_error

ORDER_PAGE = "pages/order/order?no={no}"
"""The Mini Program's page of one order; WeChat opens it when the push is tapped."""

ASKS_ABOUT, ASKS_ABOUT_REPORT = "asks_about_lesson", "asks_about_report"
ANNOUNCES = "announces_charge"
ASKING = frozenset({FactKind.LESSON_TAUGHT, FactKind.LESSON_SILENCE_ENDING})


def is_told(order: Order, fact: Fact) -> bool:
    """Whether the learner hears of this fact.

    Not when it asks for a word they have given meanwhile, nor of a refusal they saw on the spot, nor of a course that
    costs nothing more or was paid lesson by lesson.
    """
    if fact.kind in ASKING and fact.lesson_n is not None:
        return waits_for_word(order, fact.lesson_n)
    if fact.kind is FactKind.ORDER_REFUSED:
        return order.refusal is not None and order.refusal.later
    if fact.kind is FactKind.COURSE_COMPLETED:
        return order.fee_mode is FeeMode.PAY_AFTER_COURSE and bool(fact.amount_fen)
    return TELLINGS[fact.kind].tells_learner


def learner_payload(order: Order, fact: Fact, language: str) -> Payload:
    """Write what every road to the learner takes, and what follows when one of them took it.

    That is: which lesson it asks the learner's word on, and which charge it announces.
    """
    payload: Payload = {"text": chat_text(order, fact, language), "page": order_page(order)}
    lesson = None if fact.lesson_n is None else order.lesson(fact.lesson_n)
    if fact.kind in ASKING and lesson is not None:
        payload[ASKS_ABOUT] = lesson.n
        payload[ASKS_ABOUT_REPORT] = lesson.attendance.report_id if lesson.attendance else ""
    if fact.kind is FactKind.COURSE_COMPLETED:
        payload[ANNOUNCES] = order.charges[0].no
    elif fact.kind is FactKind.DISPUTE_DECIDED and lesson is not None and order.charge_of(lesson).lesson_n:
        payload[ANNOUNCES] = order.charge_of(lesson).no
    return payload


def waits_for_word(order: Order, n: int) -> bool:
    """Whether lesson `n` is taught and neither confirmed nor disputed."""
    return order.lesson(n).state is LessonState.TAUGHT


def template_fields(fields: Sequence[str], order: Order, fact: Fact, language: str) -> dict[str, Scalar]:
    """Fill a template, whichever fields it has: each gets what fits its type.

    The first `thing` is the course, the second what it is about and what follows.
    """
    when = for_people(fact.at)
    known = {
        "thing": iter(
            (
                order.course.title,
                say(f"push.{_text_key(order, fact)}_short", language, **_values(order, fact, language)),
            )
        ),
        "amount": iter((f"{yuan(fact.amount_fen or 0)}元",)),
        "time": iter((when,)),
        "date": iter((when,)),
        "character_string": iter((order.no,)),
        "phrase": iter((say(f"push.{_text_key(order, fact)}_phrase", "zh_CN"),)),
    }
    return {field: fit(field, next(known.get(field_type(field), iter(())), "")) for field in fields}


def chat_text(order: Order, fact: Fact, language: str) -> str:
    """Write a fact as a message in the Official Account; raises KeyError for a kind that is not told there."""
    return say(f"push.{_text_key(order, fact)}", language, **_values(order, fact, language))


def order_page(order: Order) -> str:
    """Return the Mini Program's page of this order."""
    return ORDER_PAGE.format(no=order.no)


def _values(order: Order, fact: Fact, language: str) -> dict[str, object]:
    return {
        **moments_written(fact.data, for_people),
        "course": order.course.title,
        "order_no": order.no,
        "lesson": fact.lesson_n,
        "amount": yuan(fact.amount_fen or 0),
        "when": for_people(fact.at),
        "covers": _covers(order, fact, language),
        "confirm_by": _confirm_by(order, fact),
        "not_before": for_people(fact.at + order.policy.announce_lead),
        "reason": _refused_because(order, language),
    }


def _text_key(order: Order, fact: Fact) -> str:
    match fact.kind:
        case FactKind.DISPUTE_DECIDED if fact.data.get("outcome") == "void":
            return "dispute_lesson_free"
        case FactKind.DISPUTE_DECIDED:
            return "dispute_lesson_owed"
        case FactKind.LESSON_TAUGHT | FactKind.LESSON_SILENCE_ENDING if order.fee_mode is FeeMode.PAY_PER_LESSON:
            return f"{fact.kind}_{order.fee_mode}"
        case FactKind.CHARGE_PAID if fact.data.get("how") == PAID_OUTSIDE:
            return "charge_paid_outside"
        case FactKind.ORDER_ENDED if not fact.amount_fen:
            return "order_ended_free"
        case _:
            return str(fact.kind)


def _covers(order: Order, fact: Fact, language: str) -> str:
    if fact.lesson_n is not None:
        return say("push.covers_lesson", language, lesson=fact.lesson_n)
    return say("push.covers_course", language, lessons=sum(lesson.is_owed for lesson in order.lessons))


def _confirm_by(order: Order, fact: Fact) -> str:
    """Until when the learner may object: told now they have the whole window, told before what is left of it."""
    lesson = None if fact.lesson_n is None else order.lesson(fact.lesson_n)
    if lesson is None:
        return ""
    return for_people(_told_until(order, fact) if lesson.told_at is None else lesson.confirm_by or fact.at)


def _told_until(order: Order, fact: Fact) -> datetime:
    return fact.at + order.policy.confirm_window


def _refused_because(order: Order, language: str) -> str:
    return say_error(order.refusal.code, language, order.refusal.detail) if order.refusal else ""
