"""Giving money back: never more than was taken, counted from the moment it is promised, owed until it is done."""

from datetime import datetime, timedelta

from models.charge import (
    ABNORMAL,
    BACK_AT_MERCHANT,
    PAID_OUTSIDE,
    Charge,
    ChargeState,
    Refund,
    RefundState,
)
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

AGAIN = "_"
"""Stands before the count in the number under which a closed refund is tried again."""

AGAIN_AFTER = (timedelta(hours=1), timedelta(days=1), timedelta(days=3))
"""How long after WeChat closed a refund it is tried again by itself; after the last a person decides."""

CLOSED = "closed"
"""What went wrong with a refund that WeChat closed."""


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


def share_unearned(order: Order, charge: Charge, unearned_fen: int, ended_by: str) -> tuple[int, int]:
    """Share what was taken and not earned: the fee the institution keeps, and what still has to go back.

    The agreed fee is kept only of prepaid money, and only when it was the learner who ended; a broken fen is theirs.
    What the rules promised back before counts. What the institution gave of its own will does not, but more than was
    taken never goes back.
    """
    is_kept = order.agreement is Agreement.PAYMENT and ended_by == "learner"
    fee_fen = unearned_fen * order.policy.prepay_refund_fee_percent // 100 if is_kept else 0
    back_fen = min(unearned_fen - fee_fen - charge.promised_by_rule_fen, charge.paid_fen - charge.promised_fen)
    return fee_fen, max(0, back_fen)


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
    refund.problem = ""
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
    refund.refund_id = reading.refund_id or refund.refund_id
    match reading.state:
        case RefundState.REFUNDED if refund.state in {RefundState.CLOSED, RefundState.SETTLED_OUTSIDE}:
            # it was tried again, or settled otherwise: the learner may have the money twice
            park_order(order, at, "refunded_twice", charge_no=charge.no, told_fen=refund.amount_fen)
        case RefundState.REFUNDED if refund.state is not RefundState.REFUNDED:
            refund.move(RefundState.REFUNDED)
            refund.refunded_at, refund.problem = reading.refunded_at or at, ""
            refund.rest()
            _record(order, charge, refund, FactKind.REFUND_DONE, at)
        case RefundState.FAILED if reading.problem != refund.problem:
            refund_failed(order, at, refund.no, reading.problem)
        case RefundState.CLOSED:
            refund_closed(order, at, refund.no)
        case RefundState.REFUNDING if refund.state is RefundState.REFUNDING:
            refund.stop_acting()
            if refund.ask_at is None:
                refund.ask_from_now(at, Doubt.REFUND)
        case _:
            pass


def refund_failed(order: Order, at: datetime, refund_no: str, problem: str) -> None:
    """WeChat cannot give it back this way now; a person must decide, the debt stays.

    One the account did not take may yet be seen to in WeChat's console, so it is asked about now and then.
    """
    charge, refund = find_refund(order, refund_no)
    if refund.state not in {RefundState.OWED, RefundState.REFUNDING, RefundState.FAILED} or refund.problem == problem:
        return
    if refund.state is not RefundState.FAILED:
        refund.move(RefundState.FAILED)
    refund.problem = problem
    refund.rest()
    if problem == ABNORMAL:
        refund.keep_asking(at, Doubt.REFUND)
    _record(order, charge, refund, FactKind.REFUND_FAILED, at, problem=problem)


def refund_closed(order: Order, at: datetime, refund_no: str) -> None:
    """WeChat closed it without giving anything back: it is tried again under a new number, a few times by itself."""
    charge, refund = find_refund(order, refund_no)
    if refund.state not in {RefundState.OWED, RefundState.REFUNDING, RefundState.FAILED}:
        return
    refund.move(RefundState.CLOSED)
    refund.problem = CLOSED
    refund.rest()
    _record(order, charge, refund, FactKind.REFUND_FAILED, at, problem=CLOSED)
    tried = sum(x.no.partition(AGAIN)[0] == refund_no.partition(AGAIN)[0] for x in charge.refunds)
    if tried <= len(AGAIN_AFTER):
        _owe_again(order, at, charge, refund, "xianxue", at + AGAIN_AFTER[tried - 1])


def _owe_again(order: Order, at: datetime, charge: Charge, refund: Refund, by: str, act_at: datetime) -> None:
    """Promise what WeChat closed once more, under the next number, with who asked for it and why as before."""
    refund.again_no = next_number(charge, refund.no)
    owe_refund(order, at, charge.no, refund.amount_fen, refund.reason, refund.requested_by, refund.again_no)
    charge.refunds[-1].postpone(max(act_at, charge.refunds[-1].act_at or act_at))
    order.record(
        FactKind.REFUND_RETRIED,
        at,
        by,
        lesson_n=charge.lesson_n,
        charge_no=charge.no,
        amount_fen=refund.amount_fen,
        refund_no=refund.no,
        again_no=refund.again_no,
    )


def next_number(charge: Charge, refund_no: str) -> str:
    """Return the next number that stands for the same debt."""
    root = refund_no.partition(AGAIN)[0]
    return f"{root}{AGAIN}{sum(refund.no.partition(AGAIN)[0] == root for refund in charge.refunds) + 1}"


def retry_refund(order: Order, at: datetime, refund_no: str) -> bool:
    """Try again what failed, under its own number, or what WeChat closed, under a new one. Says whether it was to try.

    Raises Conflict `refund_abnormal` for what the account did not take: WeChat wants another account for it; and
    `refund_at_merchant` for what WeChat gave to the merchant: it can only be settled outside.
    """
    charge, refund = find_refund(order, refund_no)
    if refund.state is RefundState.CLOSED and not refund.again_no:
        _owe_again(order, at, charge, refund, "institution", at)
        return True
    if refund.state is not RefundState.FAILED:
        return False
    if refund.problem in {ABNORMAL, BACK_AT_MERCHANT}:
        code = "refund_abnormal" if refund.problem == ABNORMAL else "refund_at_merchant"
        raise Conflict(code, refund_no=refund_no)
    refund.act_from(at)
    return True


def begin_redirecting(order: Order, at: datetime, refund_no: str) -> bool:
    """Write down that WeChat is about to be asked to send it to another account. False when it is on its way or back.

    Raises Conflict `refund_not_abnormal` for any refund but one the account did not take.
    """
    _, refund = find_refund(order, refund_no)
    if refund.state is RefundState.REFUNDING or refund.is_back:
        return False
    if refund.state is not RefundState.FAILED or refund.problem != ABNORMAL:
        raise Conflict("refund_not_abnormal", refund_no=refund_no, state=refund.state)
    refund.move(RefundState.REFUNDING)
    refund.problem = ""
    refund.tried()
    refund.ask_from_now(at, Doubt.REFUND)
    return True


def settle_refund_outside(order: Order, at: datetime, refund_no: str, reference: str, by: str) -> bool:
    """Take the institution's word that the learner has the money by another way. Says whether this was news.

    Raises Conflict `refund_settled` under another reference, `refund_under_way` while WeChat may still give it back,
    or `refund_exceeds` when what WeChat closed was promised otherwise meanwhile.
    """
    charge, refund = find_refund(order, refund_no)
    if refund.state is RefundState.SETTLED_OUTSIDE and refund.reference == reference:
        return False
    if refund.state is RefundState.SETTLED_OUTSIDE:
        raise Conflict("refund_settled", refund_no=refund_no, reference=refund.reference)
    if refund.state not in {RefundState.FAILED, RefundState.CLOSED} or refund.again_no or refund.act_at is not None:
        raise Conflict("refund_under_way", refund_no=refund_no, state=refund.state)
    left_fen = charge.paid_fen - charge.promised_fen
    if not refund.is_promised and refund.amount_fen > left_fen:
        raise Conflict("refund_exceeds", charge_no=charge.no, left_fen=left_fen)
    refund.move(RefundState.SETTLED_OUTSIDE)
    refund.reference, refund.refunded_at, refund.problem = reference, at, ""
    refund.rest()
    order.record(
        FactKind.REFUND_SETTLED_OUTSIDE,
        at,
        by,
        lesson_n=charge.lesson_n,
        charge_no=charge.no,
        amount_fen=refund.amount_fen,
        refund_no=refund.no,
        reference=reference,
    )
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
