"""While WeChat has not got the money yet: reminders, lowering what is asked for, payment outside WeChat."""

from datetime import datetime

from models.charge import Charge, ChargeState, OutsidePayment
from models.charging import REMIND_AFTER
from models.errors import Conflict, InvalidInput
from models.facts import FactKind
from models.order import Order


def remind_overdue(order: Order, at: datetime) -> bool:
    """Say that money is overdue, each time it is due to be said. WeChat's own retries are left alone."""
    due = [x for x in order.charges_in(ChargeState.DEDUCTING) if x.remind_at and x.remind_at <= at]
    for charge in due:
        charge.reminders += 1
        later = REMIND_AFTER[charge.reminders :]
        charge.remind_at = at + (later[0] - REMIND_AFTER[charge.reminders - 1]) if later else None
        order.record(
            FactKind.CHARGE_OVERDUE,
            at,
            "xianxue",
            lesson_n=charge.lesson_n,
            charge_no=charge.no,
            amount_fen=_asked_fen(charge),
            reminder=charge.reminders,
            last=not later,
        )
    return bool(due)


def begin_lowering(order: Order, _at: datetime, charge_no: str, amount_fen: int, reason: str) -> bool:
    """Write down the lower amount before WeChat is told; until it answers either amount may be taken.

    Says whether WeChat must be told: not when this is what is asked for already. Raises Conflict unless the charge is
    being deducted and the amount is lower (WeChat's modify only lowers), or while another lowering is unanswered.
    """
    charge = order.charge(charge_no)
    asked_fen = _asked_fen(charge)
    if amount_fen == asked_fen and charge.lowered_to_fen is None:
        return False
    _require_deducting(charge)
    if not 0 < amount_fen < asked_fen:
        raise Conflict("amount_not_lower", charge_no=charge_no, asked_fen=asked_fen)
    if charge.lowered_to_fen not in (None, amount_fen):
        raise Conflict("lowering_unanswered", charge_no=charge_no, amount_fen=charge.lowered_to_fen)
    charge.lowered_to_fen, charge.lowering_reason = amount_fen, reason
    return True


def charge_lowered(order: Order, at: datetime, charge_no: str, amount_fen: int) -> None:
    """WeChat took note: from now on only the lower amount may be taken."""
    charge = order.charge(charge_no)
    if charge.completion is None or charge.lowered_to_fen != amount_fen:
        return
    charge.lowered_to_fen = None
    charge.completion = charge.completion.model_copy(update={"amount_fen": amount_fen})
    order.record(
        FactKind.CHARGE_LOWERED,
        at,
        "institution",
        lesson_n=charge.lesson_n,
        charge_no=charge_no,
        amount_fen=amount_fen,
        reason=charge.lowering_reason,
    )


def lowering_refused(order: Order, _at: datetime, charge_no: str, amount_fen: int) -> None:
    """WeChat refused this amount: what was asked for before still stands."""
    charge = order.charge(charge_no)
    if charge.lowered_to_fen == amount_fen:
        charge.lowered_to_fen = None


def report_outside_payment(order: Order, at: datetime, charge_no: str, paid_at: datetime, reference: str) -> bool:
    """Take the institution's word that it was paid directly. Says whether this was news.

    Another word corrects the one before, until WeChat took note. Raises InvalidInput for a moment in the future or
    before the order was placed, Conflict `charge_not_deducting`.
    """
    charge, known = order.charge(charge_no), order.charge(charge_no).outside_payment
    told = OutsidePayment(paid_at=paid_at, reference=reference, reported_at=at)
    if known is not None and (known.paid_at, known.reference) == (told.paid_at, told.reference):
        return False
    _require_deducting(charge)
    if not order.placed_at <= told.paid_at <= at:
        code = "paid_at_in_future" if told.paid_at > at else "paid_at_before_order"
        raise InvalidInput(code, field="paid_at", paid_at=told.paid_at.isoformat())
    charge.outside_payment = told
    order.record(
        FactKind.CHARGE_REPORTED_PAID,
        at,
        "institution",
        lesson_n=charge.lesson_n,
        charge_no=charge_no,
        amount_fen=_asked_fen(charge),
        paid_at=told.paid_at.isoformat(),
        reference=reference,
    )
    return True


def _require_deducting(charge: Charge) -> None:
    if charge.state is not ChargeState.DEDUCTING:
        raise Conflict("charge_not_deducting", charge_no=charge.no, state=charge.state)


def _asked_fen(charge: Charge) -> int:
    return charge.completion.amount_fen if charge.completion else 0
