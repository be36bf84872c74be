"""Each invariant is shown to bite, and no honest history breaks one."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from lab.rig.orders import HOUR, NOON, in_training, placed, settle, teach, teach_and_confirm, waiting
from models.charge import ChargeState, Refund
from models.ending import end_without_quote, turn_billing_off
from models.fee_mode import Agreement
from models.invariants import INVARIANTS, broken
from models.lesson import Confirmation, LessonState
from models.order import Fence, Order, OrderState
from models.placing import withdraw_order
from models.settling import progress
from models.steps import begin_completion

LATER = NOON + HOUR


def settled() -> Order:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, LATER)
    return order


def completing() -> Order:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    begin_completion(order, LATER, order.charges[0].no)
    return order


def _price_list(order: Order) -> None:
    order.price_fen += 1


def _one_charge_a_lesson(order: Order) -> None:
    order.charges.append(order.charges[0].model_copy(deep=True))


def _within_owed(order: Order) -> None:
    completion = order.charges[0].completion
    assert completion is not None
    order.charges[0].completion = completion.model_copy(update={"amount_fen": 3601})
    order.charges[0].paid_fen = 3601


def _as_asked(order: Order) -> None:
    order.charges[0].paid_fen -= 1


def _refunds_within_paid(order: Order) -> None:
    refund = Refund(no="X-C-R1", amount_fen=3601, reason="", requested_by="", requested_at=LATER)
    order.charges[0].refunds.append(refund)


def _only_paid_has_money(order: Order) -> None:
    order.charges[0].state = ChargeState.CANCELLED


def _paid_has_a_transaction(order: Order) -> None:
    order.charges[0].transaction_id = None


def _nothing_after_the_fence(order: Order) -> None:
    order.fence = Fence(at=LATER - timedelta(seconds=1), by="learner", reason="", receipt_no="R1")


def _evidence(order: Order) -> None:
    order.lessons[0].confirmation = None


def _silence_after_telling(order: Order) -> None:
    order.lessons[0].confirmation = Confirmation(by="silence", how="silence", at=LATER)


def _announced(order: Order) -> None:
    order.charges[0].announcement = None


def _final_orders_have_final_charges(order: Order) -> None:
    order.charges[0].state, order.charges[0].paid_fen, order.charges[0].paid_at = ChargeState.DEDUCTING, 0, None


def _settled_means_paid(order: Order) -> None:
    order.state = OrderState.EXPIRED


def _no_money_before_agreement(order: Order) -> None:
    order.state, order.signed_at = OrderState.AWAITING_LEARNER, None


def _facts_are_chained(order: Order) -> None:
    order.facts[-1] = order.facts[-1].model_copy(update={"hash": "0" * 64})


HARMS: dict[str, Callable[[Order], None]] = {
    name.removeprefix("_"): harm
    for name, harm in globals().items()
    if name.startswith("_") and name.removeprefix("_") in INVARIANTS
}


def test_every_invariant_has_an_example_that_breaks_it() -> None:
    assert set(HARMS) == set(INVARIANTS)


@pytest.mark.parametrize("name", INVARIANTS)
def test_an_order_that_breaks_an_invariant_is_found_out(name: str) -> None:
    order = settled()
    HARMS[name](order)
    assert name in broken(order)


def test_asking_for_more_than_is_owed_is_found_out_before_it_is_paid() -> None:
    order = completing()
    order.lesson(4).state = LessonState.VOID
    assert broken(order) == ["within_owed"]


HONEST: dict[str, Callable[[], Order]] = {
    "placed": placed,
    "waiting": waiting,
    "in training": in_training,
    "prepaid": lambda: in_training(Agreement.PAYMENT),
    "completing": completing,
    "settled": settled,
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_order_breaks_none(name: str) -> None:
    assert broken(HONEST[name]()) == []


@pytest.mark.parametrize("agreement", list(Agreement))
def test_an_ended_order_breaks_none(agreement: Agreement) -> None:
    order = in_training(agreement)
    teach_and_confirm(order, 1)
    settle(order, LATER)
    teach(order, 2)
    end_without_quote(order, LATER, "institution", "老师离职", "R1")
    for at in (LATER, LATER + HOUR, LATER + timedelta(days=3)):
        progress(order, at)
        assert broken(order) == []
        settle(order, at)
        assert broken(order) == []


@pytest.mark.parametrize("agreement", list(Agreement))
def test_an_order_taken_back_breaks_none(agreement: Agreement) -> None:
    order = waiting(agreement)
    withdraw_order(order, LATER)
    progress(order, LATER)
    assert broken(order) == []


def test_a_late_fence_breaks_none_at_any_point_of_settling() -> None:
    for paid in (False, True):
        order = in_training()
        teach_and_confirm(order, 1, at=LATER)
        teach_and_confirm(order, 2, 3, 4, at=LATER + 2 * HOUR)
        settle(order, LATER + 2 * HOUR, pay=paid)
        turn_billing_off(order, LATER + 3 * HOUR, "learner", LATER + HOUR, "R1")
        progress(order, LATER + 3 * HOUR)
        assert broken(order) == []
