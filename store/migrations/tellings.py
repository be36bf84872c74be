"""Silence counts for whoever was told, and deductions are announced: what was before keeps counting as it did.

A lesson that waits for its learner's word waits the longer window, because nobody knows whether they were told.
"""

from models.agenda import Due, agenda
from models.announcing import announce_forgotten
from models.fee_mode import Agreement
from models.lesson import LessonState
from models.order import Order
from models.telling import wait_for_word
from models.training import SILENCE
from store.migrations import Migration
from store.mongo import Document
from store.orders import SHAPE as ORDER

BEFORE = "before"
"""How somebody was told of a lesson before tellings were kept."""

LESSON_FIELDS = ("told_at", "told_how", "confirm_by", "warn_at")


def rewrite_order(document: Document) -> Document:
    """Fill in what the older version did not keep, and derive when silence is due."""
    order = ORDER.entity(document)
    before = order.model_dump()
    _tell_lessons(order)
    _announce_charges(order)
    after = order.model_dump()
    set_: Document = {}
    for n, (was, lesson) in enumerate(zip(before["lessons"], after["lessons"], strict=True)):
        set_ |= {f"lessons.{n}.{name}": lesson[name] for name in LESSON_FIELDS if lesson[name] != was[name]}
    for n, (was, charge) in enumerate(zip(before["charges"], after["charges"], strict=True)):
        if charge["announcement"] != was["announcement"]:
            set_[f"charges.{n}.announcement"] = charge["announcement"]
    silence = agenda(order).get(Due.SILENCE)
    if silence is not None:
        set_[f"agenda.{Due.SILENCE}"] = silence
    return {**({"$set": set_} if set_ else {}), "$max": {"schema": 3}}


def _tell_lessons(order: Order) -> None:
    for lesson in order.lessons:
        if lesson.told_at is not None or lesson.attendance is None:
            continue
        if lesson.state is LessonState.TAUGHT:
            wait_for_word(order, lesson, lesson.attendance.reported_at)
        elif lesson.confirmation is not None and lesson.confirmation.how == SILENCE:
            lesson.told_at, lesson.told_how = lesson.attendance.reported_at, BEFORE


def _announce_charges(order: Order) -> None:
    for charge in order.charges:
        asked = charge.completion
        if asked is not None and charge.announcement is None and order.agreement is not Agreement.PAYMENT:
            announce_forgotten(order, asked.ended_at, charge, asked.amount_fen)


MIGRATIONS = (Migration("orders", 3, "tellings and announcements are kept", rewrite_order),)
