from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.rig.orders import HOUR, NOON, ORIGIN, in_training, settle, teach_and_confirm, word
from models.agenda import Due, agenda
from models.charge import PAID_OUTSIDE, ChannelState, Charge, Refund, RefundState
from models.collecting import report_outside_payment
from models.errors import Conflict, NotFound
from models.fee_mode import Agreement
from models.notices import RefundReading
from models.order import Order
from models.readings import apply_charge_reading
from models.refunding import (
    APART,
    MAX_PARTS,
    apply_refund_reading,
    begin_refund,
    find_refund,
    owe_refund,
    refund_failed,
    refund_request,
    retry_refund,
)

LATER = NOON + HOUR


def settled() -> tuple[Order, Charge]:
    """A course of 3600 fen, taught, charged and paid."""
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, LATER)
    return order, order.charges[0]


def owe(order: Order, amount_fen: int, no: str = "a", at: datetime = LATER) -> bool:
    charge = order.charges[0]
    return owe_refund(order, at, charge.no, amount_fen, "老师生病", "institution", f"{charge.no}-R{no}")


def owed() -> tuple[Order, Refund]:
    order, charge = settled()
    owe(order, 600)
    return order, charge.refunds[0]


def answer(refund: Refund, state: RefundState, amount_fen: int | None = None) -> RefundReading:
    return RefundReading(origin=ORIGIN, refund_no=refund.no, state=state, amount_fen=amount_fen)


def test_the_same_number_is_the_same_refund() -> None:
    order, charge = settled()
    assert owe(order, 600)
    assert not owe(order, 600)
    with pytest.raises(Conflict, match="refund_changed"):
        owe(order, 700)
    assert charge.promised_fen == 600


def test_what_was_not_paid_is_not_given_back() -> None:
    with pytest.raises(Conflict, match="charge_not_paid"):
        owe(in_training(), 1)


def test_what_the_institution_took_itself_is_not_given_back_by_wechat() -> None:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, LATER, pay=False)
    report_outside_payment(order, LATER, order.charges[0].no, LATER, "cash")
    reading = word(order.charges[0], ChannelState.PAID, 3600).model_copy(update={"paid_how": PAID_OUTSIDE})
    apply_charge_reading(order, LATER, reading)
    with pytest.raises(Conflict, match="charge_paid_outside"):
        owe(order, 1)


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=12))
def test_all_refunds_together_never_exceed_what_was_paid(parts: list[int]) -> None:
    order, charge = settled()
    for no, amount_fen in enumerate(parts):
        if amount_fen > charge.paid_fen - charge.promised_fen:
            with pytest.raises(Conflict, match="refund_exceeds"):
                owe(order, amount_fen, str(no))
        else:
            assert owe(order, amount_fen, str(no))
    assert charge.promised_fen <= charge.paid_fen


def test_a_failed_refund_still_counts_because_it_stays_owed() -> None:
    order, refund = owed()
    begin_refund(order, LATER, refund.no)
    refund_failed(order, LATER, refund.no, "abnormal")
    with pytest.raises(Conflict, match="refund_exceeds"):
        owe(order, 3001, "b")


def test_wechat_takes_fifty_parts_at_most() -> None:
    order, _ = settled()
    for no in range(MAX_PARTS):
        owe(order, 1, str(no))
    with pytest.raises(Conflict, match="refund_too_many"):
        owe(order, 1, "more")


def test_parts_promised_at_once_are_asked_for_a_minute_apart() -> None:
    order, charge = settled()
    for no in range(4):
        owe(order, 100, str(no))
    assert [refund.act_at for refund in charge.refunds] == [LATER + n * APART for n in range(4)]


def test_a_refund_names_the_transaction_and_what_was_paid_in_all() -> None:
    order, refund = owed()
    request = refund_request(order, order.charges[0], refund)
    assert (request.transaction_id, request.total_fen, request.refund_fen) == ("42-" + order.charges[0].no, 3600, 600)


def test_accepted_is_not_done() -> None:
    order, refund = owed()
    begin_refund(order, LATER, refund.no)
    apply_refund_reading(order, LATER, answer(refund, RefundState.REFUNDING))
    assert (refund.state, order.refunded_fen) == (RefundState.REFUNDING, 0)
    assert set(agenda(order)) == {Due.HEAL, Due.RELAY}
    apply_refund_reading(order, LATER, answer(refund, RefundState.REFUNDED))
    assert order.refunded_fen == 600
    assert set(agenda(order)) == {Due.RELAY}


@pytest.mark.parametrize("state", RefundState)
def test_nothing_undoes_a_refund_that_is_done(state: RefundState) -> None:
    order, refund = owed()
    begin_refund(order, LATER, refund.no)
    apply_refund_reading(order, LATER, answer(refund, RefundState.REFUNDED))
    before = order.model_copy(deep=True)
    apply_refund_reading(order, LATER + HOUR, answer(refund, state))
    refund_failed(order, LATER, refund.no, "late")
    assert not retry_refund(order, LATER, refund.no)
    assert not begin_refund(order, LATER, refund.no)
    assert order == before


def test_a_failed_refund_is_seen_and_can_be_tried_again_under_its_number() -> None:
    order, refund = owed()
    begin_refund(order, LATER, refund.no)
    refund_failed(order, LATER, refund.no, "wechat_merchant_balance_short")
    assert (refund.state, refund.act_at) == (RefundState.FAILED, None)
    assert refund.problem == "wechat_merchant_balance_short"
    assert retry_refund(order, LATER, refund.no)
    assert begin_refund(order, LATER, refund.no)
    apply_refund_reading(order, LATER, answer(refund, RefundState.REFUNDED))
    assert (order.refunded_fen, refund.problem) == (600, "")


def test_a_refund_of_another_amount_than_ours_parks_the_order() -> None:
    order, refund = owed()
    begin_refund(order, LATER, refund.no)
    apply_refund_reading(order, LATER, answer(refund, RefundState.REFUNDED, 599))
    assert (order.parked, order.refunded_fen) == ("refund_mismatch", 0)


def test_a_refund_of_another_order_is_not_found() -> None:
    order, _ = settled()
    with pytest.raises(NotFound, match="refund_not_found"):
        find_refund(order, "X-C-R1")


def test_both_sides_took_money_so_ours_goes_back() -> None:
    order = in_training(Agreement.NEED_CONFIRM)
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, LATER, pay=False)
    charge = order.charges[0]
    assert report_outside_payment(order, LATER, charge.no, LATER, "cash")
    apply_charge_reading(order, LATER, word(charge, ChannelState.PAID, 3600))
    assert charge.promised_fen == 3600
    apply_charge_reading(order, LATER + timedelta(minutes=1), word(charge, ChannelState.PAID, 3600))
    assert charge.promised_fen == 3600
