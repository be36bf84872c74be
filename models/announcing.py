"""Announcing a deduction: nothing is taken the learner did not know of before, and never more than they knew.

What counts as knowing: a message WeChat took, a page of ours that showed it, the learner's own word on the amount.
When nobody could be reached, the long window passes first, and the fact says so (docs/decisions/0018).
"""

from datetime import datetime

from models.charge import Announcement, Charge
from models.dues import covered_lessons, due_fen
from models.errors import Conflict
from models.facts import FactKind
from models.fee_mode import Agreement
from models.lesson import Lesson
from models.order import Order

UNTOLD, FORGOTTEN = "untold", "forgotten"


def is_payable(order: Order, charge: Charge) -> bool:
    """Whether it is certain what this charge has to take, and WeChat was not asked for it yet."""
    if order.agreement is Agreement.PAYMENT or charge.is_final or charge.completion is not None:
        return False
    return all(lesson.is_final for lesson in covered_lessons(order, charge)) and due_fen(order, charge) > 0


def is_announced(order: Order, charge: Charge) -> bool:
    """Whether the learner knows of all this charge has to take by now."""
    known = charge.announcement
    owed = {lesson.n for lesson in covered_lessons(order, charge) if lesson.is_owed}
    return known is not None and due_fen(order, charge) <= known.amount_fen and owed <= set(known.lessons)


def may_ask_from(order: Order, charge: Charge, at: datetime) -> datetime:
    """Say from when WeChat may be asked for the money, as things stand at `at`."""
    if charge.announcement is not None and is_announced(order, charge):
        return charge.announcement.not_before
    return _tried_since(order, charge, at) + order.policy.untold_window


def announce_own_word(order: Order, at: datetime, lesson: Lesson, how: str) -> None:
    """The learner said yes to a lesson and its price: its own charge may follow at once.

    What the course costs in all they see in the answer to the last of their words.
    """
    charge = order.charge_of(lesson)
    lead_end = at if charge.lesson_n is not None else at + order.policy.announce_lead
    if is_payable(order, charge) and may_ask_from(order, charge, at) > lead_end:
        _announce(order, at, charge, due_fen(order, charge), how, lead_end)


def announce_quoted(order: Order, at: datetime) -> None:
    """The learner accepted a quote, to the fen: what it named may be taken at once."""
    for charge in order.charges:
        if is_payable(order, charge) and may_ask_from(order, charge, at) > at:
            _announce(order, at, charge, due_fen(order, charge), "ending_quote", at)


def announce_lesson(order: Order, at: datetime, lesson: Lesson, how: str) -> None:
    """The learner was told of a lesson that is deducted by itself, its price, and until when to object."""
    charge = order.charge_of(lesson)
    chargeable = charge.lesson_n is not None and not charge.is_final and charge.completion is None
    if chargeable and charge.announcement is None:
        _announce(order, at, charge, lesson.price_fen, how, lesson.confirm_by or at)


def announce_charge(order: Order, at: datetime, charge_no: str, how: str) -> bool:
    """The learner was told what this charge will take: it may, once the lead has passed. Says whether this was news."""
    charge = order.charge(charge_no)
    if not is_payable(order, charge) or is_announced(order, charge):
        return False
    _announce(order, at, charge, due_fen(order, charge), how, at + order.policy.announce_lead)
    return True


def require_announced(order: Order, at: datetime, charge: Charge) -> None:
    """Make sure that the money may be asked for now; raises Conflict `not_announced` while the learner must know first.

    When all ways of telling failed for the whole long window, that is written down instead.
    """
    if at < may_ask_from(order, charge, at):
        raise Conflict("not_announced", charge_no=charge.no)
    if not is_announced(order, charge):
        _announce(order, at, charge, due_fen(order, charge), UNTOLD, at)


def announce_forgotten(order: Order, at: datetime, charge: Charge, amount_fen: int) -> None:
    """Money was asked for that a restore forgot, or an older version: what was announced of it was not kept."""
    lessons = tuple(lesson.n for lesson in covered_lessons(order, charge))
    charge.announcement = Announcement(amount_fen=amount_fen, lessons=lessons, at=at, how=FORGOTTEN, not_before=at)


def unannounced(order: Order) -> list[Charge]:
    """Return the charges whose amount is certain and not known to the learner."""
    return [x for x in order.charges if is_payable(order, x) and not is_announced(order, x)]


def _tried_since(order: Order, charge: Charge, at: datetime) -> datetime:
    """Since when we tried to tell: of a lesson's own charge since its report, of any other since it was certain."""
    lesson = None if charge.lesson_n is None else order.lesson(charge.lesson_n)
    if lesson is not None and lesson.attendance is not None and lesson.dispute is None:
        return lesson.attendance.reported_at
    return charge.due_at or at


def _announce(order: Order, at: datetime, charge: Charge, amount_fen: int, how: str, not_before: datetime) -> None:
    lessons = [x.n for x in covered_lessons(order, charge) if x.is_owed or charge.lesson_n == x.n]
    charge.announcement = Announcement(
        amount_fen=amount_fen, lessons=tuple(lessons), at=at, how=how, not_before=not_before
    )
    if charge.completion is None and charge.tries == 0:
        charge.stop_acting()  # planned anew, from the announced moment
    order.record(
        FactKind.CHARGE_ANNOUNCED,
        at,
        "xianxue",
        lesson_n=charge.lesson_n,
        charge_no=charge.no,
        amount_fen=amount_fen,
        lessons=",".join(map(str, lessons)),
        how=how,
        not_before=not_before.isoformat(),
    )
