"""Giving money back: never more than was taken, counted from the moment it is promised, owed until it is done."""

from datetime import datetime, timedelta

from models.charge import PAID_OUTSIDE, Charge, ChargeState, Refund, RefundState
from models.errors import Conflict, NotFound
from models.facts import FactKind
from models.fee_mode import Agreement
from models.merchant import require_own
from models.notices import RefundReading, RefundRequest
from models.order import Order
from models.parking import park_order
from models.waiting import Doubt

MAX_PARTS = 50
"""WeChat takes at most 50 partial refunds a payment (refund rules)."""

APART = timedelta(minutes=1)
"""And wants them at least a minute apart."""


def owe_refund(order: Order, at: datetime, charge_no: str, amount_fen: int, reason: str, by: str, no: str) -> bool:
    """Promise money back under our number `no`. Says whether this was news.

    The same number again is the same refund; with another amount it raises Conflict `refund_changed`. Raises
    Conflict when the charge is not paid, was paid to the institution itself (WeChat has nothing to give back), or
    when all promises together would exceed what was paid.
    """
    charge = order.charge(charge_no)
    for known in charge.refunds:
        if known.no == no:
            if known.amount_fen != amount_fen:
                raise Conflict("refund_changed", refund_no=no, amount_fen=known.amount_fen)
            return False
    if charge.state is not ChargeState.PAID:
        raise Conflict("charge_not_paid", charge_no=charge.no, state=charge.state)
    if charge.paid_how == PAID_OUTSIDE:
        raise Conflict("charge_paid_outside", charge_no=charge.no)
    left_fen = charge.paid_fen - charge.promised_fen
    if amount_fen > left_fen:
        raise Conflict("refund_exceeds", charge_no=charge.no, left_fen=left_fen)
    if len(charge.refunds) >= MAX_PARTS:
        raise Conflict("refund_too_many", charge_no=charge.no, most=MAX_PARTS)
    after_last = max(((x.act_at or x.requested_at) + APART for x in charge.refunds), default=at)
    charge.refunds.append(
        Refund(
            no=no, amount_fen=amount_fen, reason=reason, requested_by=by, requested_at=at, act_at=max(at, after_last)
        )
    )
    order.record(
        FactKind.REFUND_OWED,
        at,
        by,
        lesson_n=charge.lesson_n,
        charge_no=charge.no,
        amount_fen=amount_fen,
        reason=reason,
        refund_no=no,
    )
    return True


def share_unearned(order: Order, unearned_fen: int, promised_fen: int, ended_by: str) -> tuple[int, int]:
    """Share what was taken and not earned: the fee the institution keeps, and what goes back beyond what was promised.

    The agreed fee is kept only of prepaid money, and only when it was the learner who ended; a broken fen is theirs.
    """
    is_kept = order.agreement is Agreement.PAYMENT and ended_by == "learner"
    fee_fen = unearned_fen * order.policy.prepay_refund_fee_percent // 100 if is_kept else 0
    return fee_fen, max(0, unearned_fen - fee_fen - promised_fen)


def find_refund(order: Order, refund_no: str) -> tuple[Charge, Refund]:
    """Return a refund and its charge; raises NotFound for a number of some other order."""
    for charge in order.charges:
        for refund in charge.refunds:
            if refund.no == refund_no:
                return charge, refund
    raise NotFound("refund_not_found", refund_no=refund_no)


def refund_request(order: Order, charge: Charge, refund: Refund) -> RefundRequest:
    """Ask WeChat to give this part of this charge back."""
    return RefundRequest(
        channel=order.channel,
        no=refund.no,
        transaction_id=charge.transaction_id or "",
        refund_fen=refund.amount_fen,
        total_fen=charge.paid_fen,
        reason=refund.reason,
    )


def begin_refund(order: Order, at: datetime, refund_no: str) -> bool:
    """Write down that WeChat is about to be asked. Says whether it still has to be."""
    charge, refund = find_refund(order, refund_no)
    if refund.act_at is None:
        return False
    if charge.lacks_transaction:
        refund.tried()
        refund.act_later(at, Doubt.DEDUCTION)  # WeChat gives back what it took by transaction id only; it is asked for
        return False
    if refund.state in {RefundState.OWED, RefundState.FAILED}:
        refund.move(RefundState.REFUNDING)
    refund.tried()
    return True


def apply_refund_reading(order: Order, at: datetime, reading: RefundReading) -> None:
    """Take WeChat's word on a refund; done is done, failed stays owed and visible. Another amount parks the order.

    Raises ForeignWord for a word that is not from the order's own channel.
    """
    charge, refund = find_refund(order, reading.refund_no)
    require_own(order.channel, reading.origin, refund.no)
    if reading.amount_fen not in (None, refund.amount_fen):
        park_order(order, at, "refund_mismatch", charge_no=charge.no, told_fen=reading.amount_fen)
        return
    match reading.state:
        case RefundState.REFUNDED if refund.state is not RefundState.REFUNDED:
            refund.move(RefundState.REFUNDED)
            refund.refunded_at, refund.problem = reading.refunded_at or at, ""
            refund.rest()
            _record(order, charge, refund, FactKind.REFUND_DONE, at)
        case RefundState.FAILED if refund.state in {RefundState.OWED, RefundState.REFUNDING}:
            refund_failed(order, at, refund.no, reading.problem)
        case RefundState.REFUNDING if refund.state is RefundState.REFUNDING:
            refund.stop_acting()
            if refund.ask_at is None:
                refund.ask_from_now(at, Doubt.REFUND)
        case _:
            pass


def refund_failed(order: Order, at: datetime, refund_no: str, problem: str) -> None:
    """WeChat cannot give it back this way now; a person must decide, the debt stays."""
    charge, refund = find_refund(order, refund_no)
    if refund.state in {RefundState.FAILED, RefundState.REFUNDED}:
        return
    refund.move(RefundState.FAILED)
    refund.problem = problem
    refund.rest()
    _record(order, charge, refund, FactKind.REFUND_FAILED, at, problem=problem)


def retry_refund(order: Order, at: datetime, refund_no: str) -> bool:
    """Try a failed refund again under its own number. Says whether there was anything to try."""
    _, refund = find_refund(order, refund_no)
    if refund.state is not RefundState.FAILED:
        return False
    refund.act_from(at)
    return True


def put_off_refund(order: Order, at: datetime, refund_no: str) -> None:
    """WeChat did not answer: ask for it again later, under the same number."""
    _, refund = find_refund(order, refund_no)
    refund.act_later(at, Doubt.PLACING)


def asked_about_refund(order: Order, at: datetime, refund_no: str) -> None:
    """WeChat was asked and had no news: plan the next question."""
    _, refund = find_refund(order, refund_no)
    refund.ask_later(at, Doubt.REFUND)


def _record(order: Order, charge: Charge, refund: Refund, kind: FactKind, at: datetime, **data: str) -> None:
    order.record(
        kind,
        at,
        "wechat",
        lesson_n=charge.lesson_n,
        charge_no=charge.no,
        amount_fen=refund.amount_fen,
        refund_no=refund.no,
        **data,
    )
