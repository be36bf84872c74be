"""One charge at WeChat, from open to paid or closed: what its answers do to it."""

from datetime import datetime, timedelta

from models.charge import ChannelReading, Charge, ChargeState
from models.facts import FactKind
from models.fee_mode import Agreement
from models.order import Order
from models.parking import park_order
from models.waiting import Doubt

REMIND_AFTER = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""When a learner is reminded that WeChat has not got the money yet; after the last the institution takes over."""

ASKED_IN_VAIN = 12
"""How often WeChat is asked which payment it was before a person has to look: a week."""


def opened(order: Order, at: datetime, charge: Charge, reading: ChannelReading) -> None:
    """WeChat has the service order running: the learner agreed, nothing is charged yet."""
    if charge.state is not ChargeState.OPENING:
        return
    charge.move(ChargeState.OPEN)
    charge.order_id = reading.order_id
    charge.opened_at = at
    charge.started_at = reading.started_at or at
    charge.acted()
    charge.stop_asking()
    order.record(FactKind.CHARGE_OPENED, at, "wechat", charge_no=charge.no, lesson_n=charge.lesson_n)


def completed(charge: Charge, at: datetime) -> None:
    """WeChat accepted the completion; from here it deducts by itself until it succeeds."""
    if charge.state is ChargeState.COMPLETING:
        charge.move(ChargeState.DEDUCTING)
        charge.acted()
        charge.ask_from_now(at, Doubt.DEDUCTION)
        charge.remind_at = at + REMIND_AFTER[0]


def asked_about_charge(order: Order, at: datetime, charge_no: str) -> None:
    """WeChat was asked and had no news: plan the next question while it is to take money."""
    charge = order.charge(charge_no)
    if charge.lacks_transaction and charge.asks >= ASKED_IN_VAIN:
        charge.stop_asking()
    elif charge.state in {ChargeState.DEDUCTING, ChargeState.COMPLETING} or charge.lacks_transaction:
        charge.ask_later(at, Doubt.DEDUCTION)


def ask_for_transaction(charge: Charge, at: datetime) -> None:
    """A payment whose transaction id WeChat never told is asked about, for some days; after that a person has to."""
    if charge.lacks_transaction and charge.ask_at is None and charge.asks < ASKED_IN_VAIN:
        charge.ask_at_once(at)


def paid(order: Order, at: datetime, charge: Charge, reading: ChannelReading, *, healed: bool = False) -> None:
    """WeChat took the money. Any amount but the one we asked for parks the order for a person to look at."""
    if charge.state is ChargeState.PAID:
        _identify(order, at, charge, reading)
        return
    if charge.state in {ChargeState.NONE, ChargeState.CANCELLED}:
        park_order(order, at, "paid_unexpectedly", charge_no=charge.no, told_fen=reading.total_fen)
        return
    amount_fen = reading.total_fen
    expected = expected_fen(order, charge)
    if amount_fen is None or amount_fen not in expected or reading.paid_fen not in (None, amount_fen):
        park_order(order, at, "amount_mismatch", charge_no=charge.no, told_fen=amount_fen)
        return
    charge.move(ChargeState.PAID)
    charge.paid_fen, charge.paid_at, charge.paid_how = amount_fen, reading.paid_at or at, reading.paid_how
    charge.transaction_id = reading.transaction_id
    charge.rest()
    charge.remind_at, charge.lowered_to_fen = None, None
    order.record(
        FactKind.CHARGE_PAID,
        at,
        "wechat",
        lesson_n=charge.lesson_n,
        charge_no=charge.no,
        amount_fen=amount_fen,
        transaction_id=reading.transaction_id,
        how=reading.paid_how,
        healed=healed,
    )


def _identify(order: Order, at: datetime, charge: Charge, reading: ChannelReading) -> None:
    """Fill in which payment it was, where an earlier word that it was paid did not say so."""
    if not charge.lacks_transaction or not reading.transaction_id:
        return
    if reading.total_fen not in (None, charge.paid_fen):
        park_order(order, at, "amount_mismatch", charge_no=charge.no, told_fen=reading.total_fen)
        return
    charge.transaction_id = reading.transaction_id
    charge.paid_at, charge.paid_how = reading.paid_at or charge.paid_at, reading.paid_how or charge.paid_how
    charge.stop_asking()
    order.record(
        FactKind.CHARGE_IDENTIFIED,
        at,
        "wechat",
        lesson_n=charge.lesson_n,
        charge_no=charge.no,
        amount_fen=charge.paid_fen,
        transaction_id=reading.transaction_id,
    )


def expected_fen(order: Order, charge: Charge) -> set[int]:
    """Return the amounts WeChat may rightly take: what was asked for, or what that is just being lowered to."""
    if order.agreement is Agreement.PAYMENT:
        return {order.price_fen}
    if charge.completion is None:
        return set()
    lowered = set() if charge.lowered_to_fen is None else {charge.lowered_to_fen}
    return {charge.completion.amount_fen} | lowered


def charge_cancelled(order: Order, at: datetime, charge_no: str, reason: str) -> None:
    """WeChat closed the service order without taking anything."""
    charge = order.charge(charge_no)
    if charge.is_final:
        return
    charge.move(ChargeState.CANCELLED)
    charge.cancel_reason = reason
    charge.rest()
    charge.remind_at = None
    order.record(FactKind.CHARGE_CANCELLED, at, "wechat", lesson_n=charge.lesson_n, charge_no=charge.no, reason=reason)
