"""What is due for an order is derived, so that a job never has to search and never spins."""

from datetime import timedelta

import pytest

from lab.rig.orders import HOUR, NOON, ORIGIN, in_training, placed, settle, teach, teach_and_confirm, waiting, word
from models.agenda import Due, agenda
from models.charge import ChannelState, RefundState
from models.collecting import remind_overdue
from models.ending import turn_billing_off
from models.fee_mode import Agreement
from models.notices import RefundReading
from models.order import Order
from models.placing import withdraw_order
from models.readings import apply_charge_reading
from models.refunding import apply_refund_reading, begin_refund
from models.settling import progress
from models.telling import mark_shown, warn_of_silence
from models.training import confirm_by_silence, decide_overdue_disputes, dispute_lesson

LATER = NOON + HOUR


def told(order: Order) -> Order:
    """The same order after its facts were published."""
    order.facts = []
    return order


def test_a_placed_order_is_asked_about_in_case_we_died() -> None:
    assert set(agenda(told(placed()))) == {Due.HEAL}


def test_an_order_waiting_for_its_learner_is_asked_about_and_expires() -> None:
    assert set(agenda(told(waiting()))) == {Due.HEAL, Due.EXPIRE}


@pytest.mark.parametrize(
    ("agreement", "due"),
    [
        (Agreement.AUTHORIZATION, set()),
        (Agreement.NEED_CONFIRM, set()),
        (Agreement.PAYMENT, set()),
        (Agreement.PLAN, {Due.SETTLE, Due.HEAL}),
    ],
)
def test_in_training_only_a_plan_has_something_to_do(agreement: Agreement, due: set[Due]) -> None:
    assert set(agenda(told(in_training(agreement)))) == due


def test_every_fact_is_due_to_be_told_since_it_happened() -> None:
    assert agenda(in_training())[Due.RELAY] == NOON


def test_a_taught_lesson_is_due_when_its_window_ends_and_not_after_it_was_confirmed() -> None:
    order = in_training()
    teach(order, 1, 2, at=LATER)
    mark_shown(order, LATER, "order_page")
    end = LATER + timedelta(hours=48)
    assert agenda(order)[Due.SILENCE] == LATER + timedelta(hours=24)
    assert warn_of_silence(order, LATER + timedelta(hours=24))
    assert agenda(order)[Due.SILENCE] == end
    confirm_by_silence(order, end)
    assert Due.SILENCE not in agenda(order)


def test_a_dispute_is_due_at_its_deadline() -> None:
    order = in_training()
    teach(order, 1, at=LATER)
    dispute_lesson(order, LATER, 1, "老师没来")
    end = LATER + order.policy.dispute_window
    assert agenda(order)[Due.DECIDE] == end
    decide_overdue_disputes(order, end)
    assert Due.DECIDE not in agenda(order)


def test_money_is_acted_on_then_asked_about_and_reminded_of_until_it_is_paid() -> None:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    assert agenda(order)[Due.SETTLE] == LATER
    settle(order, LATER, pay=False)
    assert {Due.HEAL, Due.REMIND} <= set(agenda(order))
    assert Due.SETTLE not in agenda(order)
    remind_overdue(order, LATER + timedelta(days=9))
    apply_charge_reading(order, LATER, word(order.charges[0], ChannelState.PAID, 3600))
    progress(order, LATER)
    assert set(agenda(told(order))) == set()


def test_money_wechat_gave_up_because_a_late_fence_left_nothing_owed_is_not_reminded_of_for_ever() -> None:
    order = in_training(prices=(1000,))
    teach_and_confirm(order, 1, at=LATER)
    settle(order, LATER, pay=False)
    turn_billing_off(order, LATER + HOUR, "learner", NOON, "R1")
    apply_charge_reading(order, LATER + HOUR, word(order.charges[0], ChannelState.CANCELLED))
    progress(order, LATER + HOUR)
    assert set(agenda(told(order))) == set()


def test_money_owed_back_is_due_until_it_is_back() -> None:
    order = waiting(Agreement.PAYMENT)
    withdraw_order(order, LATER)
    apply_charge_reading(order, LATER, word(order.charges[0], ChannelState.PAID, 3600))
    progress(order, LATER)
    refund = order.charges[0].refunds[0]
    assert set(agenda(told(order))) == {Due.REFUND}
    begin_refund(order, LATER, refund.no)
    apply_refund_reading(order, LATER, RefundReading(origin=ORIGIN, refund_no=refund.no, state=RefundState.REFUNDING))
    assert set(agenda(told(order))) == {Due.HEAL}
    apply_refund_reading(order, LATER, RefundReading(origin=ORIGIN, refund_no=refund.no, state=RefundState.REFUNDED))
    assert set(agenda(told(order))) == set()


def test_a_parked_order_is_only_told_about() -> None:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    order.parked = "for a look"
    assert set(agenda(order)) == {Due.RELAY}
    assert set(agenda(told(order))) == set()


@pytest.mark.parametrize("agreement", list(Agreement))
def test_a_finished_order_has_nothing_due(agreement: Agreement) -> None:
    order = in_training(agreement)
    for n in (1, 2, 3, 4):
        teach_and_confirm(order, n)
        settle(order, LATER)
    left = set(agenda(told(order)))
    assert left == ({Due.SETTLE, Due.HEAL} if agreement is Agreement.PLAN else set())  # the plan is still to be stopped
