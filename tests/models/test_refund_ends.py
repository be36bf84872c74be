"""Every refund comes to an end: given back, tried again under a new number, sent elsewhere, or settled outside."""

from datetime import timedelta

import pytest

from lab.rig.orders import HOUR, NOON, ORIGIN, in_training, settle, teach_and_confirm, word
from models.agenda import Due, agenda
from models.charge import ABNORMAL, BACK_AT_MERCHANT, OWED_BY_RULE, ChannelState, Charge, Refund, RefundState
from models.collecting import report_outside_payment
from models.ending import end_without_quote
from models.errors import Conflict, InvalidInput
from models.exceptions import ExceptionKind, touched
from models.facts import Fact, FactKind
from models.fee_mode import Agreement
from models.invariants import broken
from models.notices import RefundReading
from models.order import Order
from models.readings import apply_charge_reading
from models.refunding import (
    APART,
    apply_refund_reading,
    begin_redirecting,
    begin_refund,
    owe_refund,
    refund_failed,
    retry_refund,
    settle_refund_outside,
)
from models.settling import progress

LATER = NOON + 2 * HOUR


def owed(by: str = "institution", amount_fen: int = 600) -> tuple[Order, Charge, Refund]:
    """A settled order with one refund WeChat was asked for."""
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, LATER)
    charge = order.charges[0]
    owe_refund(order, LATER, charge.no, amount_fen, "老师生病", by, f"{charge.no}-Rabc")
    begin_refund(order, LATER, charge.refunds[0].no)
    return order, charge, charge.refunds[0]


def told(refund: Refund, state: RefundState, problem: str = "", *, refund_id: str = "50001") -> RefundReading:
    return RefundReading(origin=ORIGIN, refund_no=refund.no, state=state, problem=problem, refund_id=refund_id)


def close(order: Order, refund: Refund, at_hours: int = 3) -> None:
    apply_refund_reading(order, NOON + at_hours * HOUR, told(refund, RefundState.CLOSED, "closed"))


def last(order: Order, kind: FactKind) -> Fact:
    return [fact for fact in order.facts if fact.kind is kind][-1]


def test_what_wechat_closed_is_tried_again_under_a_new_number() -> None:
    order, charge, refund = owed()
    close(order, refund)
    assert (refund.state, refund.problem, refund.act_at, refund.ask_at) == (RefundState.CLOSED, "closed", None, None)
    again = charge.refunds[1]
    assert (again.no, again.state, again.amount_fen) == (f"{refund.no}_2", RefundState.OWED, 600)
    assert (again.reason, again.requested_by) == ("老师生病", "institution")
    assert again.act_at == NOON + 3 * HOUR + timedelta(hours=1)
    assert refund.again_no == again.no
    assert charge.promised_fen == 600
    assert last(order, FactKind.REFUND_FAILED).data == {"refund_no": refund.no, "problem": "closed"}
    retried = last(order, FactKind.REFUND_RETRIED)
    assert (retried.by, retried.amount_fen) == ("xianxue", 600)
    assert retried.data == {"refund_no": refund.no, "again_no": again.no}
    assert (ExceptionKind.REFUND_FAILED, False) in list(touched(retried))
    before = order.model_copy(deep=True)
    close(order, refund, 4)
    assert order == before


def test_it_is_tried_again_by_itself_three_times_and_then_by_a_person() -> None:
    order, charge, refund = owed()
    waits = []
    for hours in (3, 30, 60):
        close(order, charge.refunds[-1], hours)
        waits.append((charge.refunds[-1].act_at or NOON) - NOON - hours * HOUR)
    assert waits == [timedelta(hours=1), timedelta(days=1), timedelta(days=3)]
    close(order, charge.refunds[-1], 200)
    assert [one.no for one in charge.refunds] == [refund.no, *(f"{refund.no}_{n}" for n in (2, 3, 4))]
    assert {one.state for one in charge.refunds} == {RefundState.CLOSED}
    assert charge.promised_fen == 0
    assert retry_refund(order, NOON + 201 * HOUR, charge.refunds[-1].no)
    assert (charge.refunds[-1].no, charge.refunds[-1].act_at) == (f"{refund.no}_5", NOON + 201 * HOUR)
    assert last(order, FactKind.REFUND_RETRIED).by == "institution"
    assert not retry_refund(order, NOON + 202 * HOUR, charge.refunds[3].no)
    assert len(charge.refunds) == 5


def test_once_closed_the_amount_is_free_again() -> None:
    order, charge, refund = owed(amount_fen=3600)
    with pytest.raises(Conflict, match="refund_exceeds"):
        owe_refund(order, LATER, charge.no, 1, "", "institution", "b")
    for hours in (3, 30, 60, 200):
        close(order, charge.refunds[-1], hours)
    assert owe_refund(order, NOON + 201 * HOUR, charge.no, 3600, "", "institution", "b")
    with pytest.raises(Conflict, match="refund_exceeds"):
        retry_refund(order, NOON + 202 * HOUR, f"{refund.no}_4")


def test_what_the_rules_owe_stays_owed_though_wechat_closed_it_again_and_again() -> None:
    order = in_training(Agreement.PAYMENT)
    teach_and_confirm(order, 1)
    end_without_quote(order, LATER, "institution", "停课", "R1")
    progress(order, LATER)
    charge = order.charges[0]
    for hours in (3, 30, 60, 200):
        begin_refund(order, LATER, charge.refunds[-1].no)
        close(order, charge.refunds[-1], hours)
        progress(order, NOON + hours * HOUR)
    assert len(charge.refunds) == 4
    assert (charge.promised_fen, charge.promised_by_rule_fen) == (2600, 2600)
    assert broken(order) == []
    assert retry_refund(order, NOON + 201 * HOUR, charge.refunds[-1].no)
    assert (charge.promised_fen, charge.refunds[-1].no) == (2600, f"{charge.no}-R_5")


def test_more_that_becomes_unearned_later_goes_back_under_the_next_number() -> None:
    order = in_training(Agreement.NEED_CONFIRM)
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, LATER)
    charge = order.charges[0]
    for lesson in order.lessons[3:]:
        lesson.state = lesson.state.VOID
    progress(order, LATER)
    for lesson in order.lessons[2:]:
        lesson.state = lesson.state.VOID
    progress(order, LATER)
    assert [(one.no, one.amount_fen) for one in charge.refunds] == [(f"{charge.no}-R", 800), (f"{charge.no}-R_2", 900)]


def test_an_account_that_takes_nothing_is_no_reason_to_ask_the_same_again() -> None:
    order, _, refund = owed()
    apply_refund_reading(order, LATER, told(refund, RefundState.FAILED, ABNORMAL))
    assert (refund.state, refund.problem, refund.refund_id) == (RefundState.FAILED, ABNORMAL, "50001")
    assert agenda(order)[Due.HEAL] > LATER
    before = order.model_copy(deep=True)
    with pytest.raises(Conflict, match="refund_abnormal"):
        retry_refund(order, LATER, refund.no)
    assert order == before


def test_it_is_sent_to_another_account_and_asked_about() -> None:
    order, _, refund = owed()
    with pytest.raises(Conflict, match="refund_not_abnormal"):
        begin_redirecting(order_failing(), LATER, f"{order.charges[0].no}-Rabc")
    apply_refund_reading(order, LATER, told(refund, RefundState.FAILED, ABNORMAL))
    assert begin_redirecting(order, LATER, refund.no)
    assert (refund.state, refund.problem, refund.act_at) == (RefundState.REFUNDING, "", None)
    assert refund.ask_at == LATER + timedelta(minutes=1)
    assert not begin_redirecting(order, LATER, refund.no)
    apply_refund_reading(order, LATER + HOUR, told(refund, RefundState.REFUNDED))
    assert order.refunded_fen == 600
    assert not begin_redirecting(order, LATER, refund.no)


def order_failing() -> Order:
    order, _, refund = owed()
    refund_failed(order, LATER, refund.no, "wechat_merchant_balance_short")
    return order


def test_the_same_reason_may_fail_it_again_after_it_was_tried_again() -> None:
    order, _, refund = owed()
    for _ in range(2):
        refund_failed(order, LATER, refund.no, "wechat_merchant_balance_short")
        assert refund.state is RefundState.FAILED
        retry_refund(order, LATER, refund.no)
        assert begin_refund(order, LATER, refund.no)
    assert [fact.kind for fact in order.facts].count(FactKind.REFUND_FAILED) == 2


def test_money_back_at_the_merchant_is_not_back_with_the_learner() -> None:
    order, _, refund = owed()
    apply_refund_reading(order, LATER, told(refund, RefundState.FAILED, ABNORMAL))
    apply_refund_reading(order, LATER + HOUR, told(refund, RefundState.FAILED, BACK_AT_MERCHANT))
    assert (refund.problem, refund.ask_at, order.refunded_fen) == (BACK_AT_MERCHANT, None, 0)
    with pytest.raises(Conflict, match="refund_at_merchant"):
        retry_refund(order, LATER, refund.no)
    with pytest.raises(Conflict, match="refund_not_abnormal"):
        begin_redirecting(order, LATER, refund.no)
    assert settle_refund_outside(order, LATER + 2 * HOUR, refund.no, "转账 0001", "institution")
    assert order.refunded_fen == 600


@pytest.mark.parametrize("by", ["institution", "operator"])
def test_what_was_given_back_another_way_is_recorded_with_its_proof(by: str) -> None:
    order, charge, refund = owed()
    refund_failed(order, LATER, refund.no, "wechat_account_abnormal")
    assert settle_refund_outside(order, LATER + HOUR, refund.no, "转账 0001", by)
    assert (refund.state, refund.refunded_at, refund.reference) == (
        RefundState.SETTLED_OUTSIDE,
        LATER + HOUR,
        "转账 0001",
    )
    assert (charge.refunded_fen, charge.promised_fen) == (600, 600)
    fact = last(order, FactKind.REFUND_SETTLED_OUTSIDE)
    assert (fact.by, fact.amount_fen, fact.data) == (by, 600, {"refund_no": refund.no, "reference": "转账 0001"})
    assert (ExceptionKind.REFUND_FAILED, False) in list(touched(fact))
    assert Due.REFUND not in agenda(order)
    before = order.model_copy(deep=True)
    assert not settle_refund_outside(order, LATER + 2 * HOUR, refund.no, "转账 0001", by)
    assert order == before
    with pytest.raises(Conflict, match="refund_settled"):
        settle_refund_outside(order, LATER + 2 * HOUR, refund.no, "转账 0002", by)


def test_what_wechat_may_still_give_back_is_not_settled_outside() -> None:
    order, charge, refund = owed()
    for story in ("under way", "to be tried again", "tried again under another number", "done"):
        if story == "to be tried again":
            refund_failed(order, LATER, refund.no, "x")
            retry_refund(order, LATER, refund.no)
        if story == "tried again under another number":
            close(order, refund)
        if story == "done":
            refund = charge.refunds[-1]
            apply_refund_reading(order, NOON + 9 * HOUR, told(refund, RefundState.REFUNDED))
        with pytest.raises(Conflict, match="refund_under_way"):
            settle_refund_outside(order, LATER, refund.no, "转账", "institution")


def test_what_wechat_closed_and_was_promised_otherwise_is_not_settled_twice() -> None:
    order, charge, _ = owed(amount_fen=3600)
    for hours in (3, 30, 60, 200):
        close(order, charge.refunds[-1], hours)
    number = charge.refunds[-1].no
    owe_refund(order, NOON + 201 * HOUR, charge.no, 1, "", "institution", "b")
    with pytest.raises(Conflict, match="refund_exceeds"):
        settle_refund_outside(order, NOON + 202 * HOUR, number, "转账", "institution")
    order, charge, _ = owed(amount_fen=3600)
    for hours in (3, 30, 60, 200):
        close(order, charge.refunds[-1], hours)
    assert settle_refund_outside(order, NOON + 202 * HOUR, charge.refunds[-1].no, "转账", "institution")
    assert charge.refunded_fen == 3600


@pytest.mark.parametrize("story", ["closed", "settled outside"])
def test_given_back_after_all_a_person_has_to_look(story: str) -> None:
    order, _, refund = owed()
    if story == "closed":
        close(order, refund)
    else:
        refund_failed(order, LATER, refund.no, ABNORMAL)
        settle_refund_outside(order, LATER, refund.no, "转账", "institution")
    apply_refund_reading(order, NOON + 9 * HOUR, told(refund, RefundState.REFUNDED))
    assert order.parked == "refunded_twice"
    assert last(order, FactKind.ORDER_PARKED).data["told_fen"] == 600


def test_tried_again_it_keeps_the_distance_between_parts() -> None:
    order, charge, _ = owed()
    owe_refund(order, NOON + 3 * HOUR, charge.no, 100, "", "institution", "b")
    charge.refunds[1].postpone(NOON + 30 * HOUR)
    close(order, charge.refunds[0], 3)
    assert charge.refunds[2].act_at == NOON + 30 * HOUR + APART


def test_only_what_the_rules_owe_counts_as_such() -> None:
    order, charge, _ = owed()
    owe_refund(order, NOON + 3 * HOUR, charge.no, 100, "", OWED_BY_RULE, "b")
    assert (charge.promised_fen, charge.promised_by_rule_fen) == (700, 100)


def deducting() -> Order:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, LATER, pay=False)
    return order


@pytest.mark.parametrize(
    ("paid_at", "code"),
    [
        (LATER + timedelta(milliseconds=1), "paid_at_in_future"),
        (LATER + timedelta(days=365), "paid_at_in_future"),
        (NOON - timedelta(milliseconds=1), "paid_at_before_order"),
    ],
)
def test_a_payment_outside_was_made_since_the_order_and_before_now(paid_at: object, code: str) -> None:
    order = deducting()
    before = order.model_copy(deep=True)
    with pytest.raises(InvalidInput, match=code) as caught:
        report_outside_payment(order, LATER, order.charges[0].no, paid_at, "cash")  # type: ignore[arg-type]
    assert caught.value.detail["field"] == "paid_at"
    assert order == before


@pytest.mark.parametrize("paid_at", [NOON, LATER])
def test_the_first_and_the_last_moment_of_that_are_taken(paid_at: object) -> None:
    assert report_outside_payment(deducting(), LATER, "X20260302AAAAAAAAAAAA-C", paid_at, "cash")  # type: ignore[arg-type]


def test_until_wechat_took_note_another_report_corrects_the_one_before() -> None:
    order = deducting()
    charge = order.charges[0]
    assert report_outside_payment(order, LATER, charge.no, NOON, "cash")
    assert report_outside_payment(order, LATER + HOUR, charge.no, LATER, "cash 2")
    assert not report_outside_payment(order, LATER + 2 * HOUR, charge.no, LATER, "cash 2")
    assert charge.outside_payment is not None
    assert (charge.outside_payment.paid_at, charge.outside_payment.reference) == (LATER, "cash 2")
    facts = [fact for fact in order.facts if fact.kind is FactKind.CHARGE_REPORTED_PAID]
    assert [(fact.by, fact.amount_fen, fact.data["reference"]) for fact in facts] == [
        ("institution", 3600, "cash"),
        ("institution", 3600, "cash 2"),
    ]
    assert facts[1].data["paid_at"] == LATER.isoformat()
    outside = word(charge, ChannelState.PAID, 3600).model_copy(update={"paid_how": "outside", "transaction_id": None})
    apply_charge_reading(order, LATER + 2 * HOUR, outside)
    assert not report_outside_payment(order, LATER + 3 * HOUR, charge.no, LATER, "cash 2")
    with pytest.raises(Conflict, match="charge_not_deducting"):
        report_outside_payment(order, LATER + 3 * HOUR, charge.no, LATER, "cash 3")
