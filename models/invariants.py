"""What one order must never show, whatever happened to it; checked on every change and, by a job, on every order.

The rules elsewhere are meant to make these impossible. Where one is broken all the same, the order is parked.
"""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime

from models.charge import PAID_OUTSIDE, Charge, ChargeState
from models.dues import covered_lessons, due_fen
from models.fee_mode import Agreement
from models.lesson import Lesson
from models.order import FINAL_ORDER_STATES, Order, OrderState
from models.parking import park_order
from models.proving import is_unproven
from models.settling import progress
from models.training import SILENCE, SILENCE_UNTOLD

ASKED_STATES = frozenset({ChargeState.COMPLETING, ChargeState.DEDUCTING, ChargeState.PAID})
"""From the moment WeChat is asked for money: what it may take from here on is ours to answer for."""


def broken(order: Order) -> list[str]:
    """Return the names of the invariants this order breaks, none twice."""
    return [name for name, holds in INVARIANTS.items() if not holds(order)]


def park_if_broken(order: Order, at: datetime) -> list[str]:
    """Park the order for the first invariant it breaks; returns the names of all it breaks."""
    progress(order, at)  # what is merely overdue to be drawn, as by an earlier version, is no breach
    names = broken(order)
    if names:
        park_order(order, at, f"invariant:{names[0]}")
    return names


def _price_list(order: Order) -> bool:
    """The lessons' frozen prices sum to the course price."""
    return sum(lesson.price_fen for lesson in order.lessons) == order.price_fen


def _one_charge_a_lesson(order: Order) -> bool:
    """Each lesson is covered by exactly one charge, and no number stands for two."""
    numbers = [charge.no for charge in order.charges]
    covers = [charge.lesson_n for charge in order.charges]
    whole = covers == [None]
    return len(set(numbers)) == len(numbers) and (whole or covers == [lesson.n for lesson in order.lessons])


def _within_owed(order: Order) -> bool:
    """Nobody is asked for more than the lessons owed cost; what a late fence made too much is promised back.

    Money found after a restore is left out while it is not known what it was for: a person is told of it.
    """
    known = (charge for charge in _asked(order) if not is_unproven(order, charge))
    return all(_taken_fen(order, charge) <= due_fen(order, charge) for charge in known)


def _as_asked(order: Order) -> bool:
    """What was paid is what was asked for, or what that was lowered to."""
    paid = (charge for charge in order.charges_in(ChargeState.PAID))
    return all(charge.paid_fen == _asked_fen(order, charge) for charge in paid)


def _refunds_within_paid(order: Order) -> bool:
    """No more is promised back than was paid."""
    return all(charge.promised_fen <= charge.paid_fen for charge in order.charges)


def _only_paid_has_money(order: Order) -> bool:
    """Only a paid charge has money, a moment of payment, and refunds."""
    unpaid = (charge for charge in order.charges if charge.state is not ChargeState.PAID)
    return not any(charge.paid_fen or charge.paid_at or charge.refunds for charge in unpaid)


def _paid_has_a_transaction(order: Order) -> bool:
    """Money WeChat took has a transaction id, or WeChat is being asked for it: without one nothing can go back."""
    return not any(charge.lacks_transaction and charge.ask_at is None for charge in order.charges)


def _nothing_after_the_fence(order: Order) -> bool:
    """No lesson is owed that was reported after the fence."""
    fence = order.fence
    return fence is None or not any(
        lesson.attendance is None or lesson.attendance.reported_at > fence.at
        for lesson in order.lessons
        if lesson.is_owed
    )


def _evidence(order: Order) -> bool:
    """Every lesson owed has attendance and confirmation: without them nothing may be charged."""
    return all(lesson.attendance and lesson.confirmation for lesson in order.lessons if lesson.is_owed)


def _silence_after_telling(order: Order) -> bool:
    """Silence counted only once the learner was told, or after the window for those nobody could tell."""
    return all(_waited_long_enough(order, lesson) for lesson in order.lessons)


def _announced(order: Order) -> bool:
    """Nothing is asked for that the learner did not know of before."""
    return all(
        charge.announcement is not None
        and charge.completion is not None
        and charge.completion.amount_fen <= charge.announcement.amount_fen
        for charge in _asked(order)
    )


def _final_orders_have_final_charges(order: Order) -> bool:
    """A settled order has no money under way; one that never began may still be finding out about its opening."""
    if order.state not in FINAL_ORDER_STATES:
        return True
    waiting = {ChargeState.NONE, ChargeState.OPENING, ChargeState.OPEN} if order.signed_at is None else set()
    return all(charge.is_final or charge.state in waiting for charge in order.charges)


def _settled_means_paid(order: Order) -> bool:
    """Settled means that money was taken, expired or unsigned that none stayed here."""
    if order.state is OrderState.SETTLED:
        return order.paid_fen > 0
    kept_fen = order.paid_fen - order.promised_fen
    return order.state not in {OrderState.CANCELLED, OrderState.EXPIRED} or kept_fen <= 0


def _no_money_before_agreement(order: Order) -> bool:
    """Nothing is asked for before the learner agreed."""
    return order.signed_at is not None or order.is_final or not any(_asked(order))


def _facts_are_chained(order: Order) -> bool:
    """The unpublished facts end the chain, each linked to the one before."""
    facts = order.facts
    if not facts:
        return True
    linked = all(later.previous_hash == earlier.hash for earlier, later in itertools.pairwise(facts))
    return linked and facts[-1].hash == order.fact_hash and facts[-1].seq == order.fact_count


INVARIANTS: dict[str, Callable[[Order], bool]] = {
    "price_list": _price_list,
    "one_charge_a_lesson": _one_charge_a_lesson,
    "within_owed": _within_owed,
    "as_asked": _as_asked,
    "refunds_within_paid": _refunds_within_paid,
    "only_paid_has_money": _only_paid_has_money,
    "paid_has_a_transaction": _paid_has_a_transaction,
    "nothing_after_the_fence": _nothing_after_the_fence,
    "evidence": _evidence,
    "silence_after_telling": _silence_after_telling,
    "announced": _announced,
    "final_orders_have_final_charges": _final_orders_have_final_charges,
    "settled_means_paid": _settled_means_paid,
    "no_money_before_agreement": _no_money_before_agreement,
    "facts_are_chained": _facts_are_chained,
}
"""Each name is what an order is parked for: `invariant:<name>`."""


def _asked(order: Order) -> Iterator[Charge]:
    """Return the charges of money asked for after the teaching; prepaid money is asked for ahead of it."""
    if order.agreement is not Agreement.PAYMENT:
        yield from (charge for charge in order.charges if charge.state in ASKED_STATES)


def _taken_fen(order: Order, charge: Charge) -> int:
    """What is taken or may be taken under this number, less what is promised back or cut off by a late fence."""
    cut_off_fen = sum(lesson.price_fen for lesson in covered_lessons(order, charge) if _is_cut_off(order, lesson))
    asked_fen = charge.completion.amount_fen if charge.completion else charge.paid_fen
    if charge.state is not ChargeState.PAID:
        return asked_fen - cut_off_fen
    if charge.paid_how == PAID_OUTSIDE:
        return charge.paid_fen - cut_off_fen
    return charge.paid_fen - charge.promised_fen


def _is_cut_off(order: Order, lesson: Lesson) -> bool:
    """Whether a fence of which we heard late took this lesson back after it was confirmed."""
    return order.fence is not None and lesson.confirmation is not None and not lesson.is_owed


def _asked_fen(order: Order, charge: Charge) -> int:
    if order.agreement is Agreement.PAYMENT:
        return order.price_fen
    return charge.completion.amount_fen if charge.completion else -1


def _waited_long_enough(order: Order, lesson: Lesson) -> bool:
    word, attendance = lesson.confirmation, lesson.attendance
    if word is None or word.by != SILENCE or attendance is None:
        return True
    if word.how == SILENCE_UNTOLD:
        return word.at >= attendance.reported_at + order.policy.untold_window
    return lesson.told_at is not None and word.at >= lesson.told_at + order.policy.confirm_window
