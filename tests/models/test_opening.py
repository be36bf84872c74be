from datetime import timedelta

import pytest

from lab.rig.orders import HOUR, NOON, in_training, settle, teach_and_confirm, waiting, word
from models.charge import ChannelState, ChargeState
from models.ending import end_without_quote
from models.errors import Conflict
from models.fee_mode import Agreement
from models.order import OrderState
from models.placing import close_unsigned
from models.readings import apply_charge_reading
from models.settling import progress
from models.steps import ON_ITS_WAY, Step, begin_opening, next_step, unknown_there

LATER = NOON + HOUR


def test_nothing_is_opened_for_an_order_that_is_over() -> None:
    order = waiting(Agreement.NEED_CONFIRM)
    close_unsigned(order, NOON, OrderState.CANCELLED, "learner")
    with pytest.raises(Conflict, match="order_closed"):
        begin_opening(order, NOON, order.charges[0].no)


def test_a_charge_that_was_dropped_is_never_opened() -> None:
    order = in_training(Agreement.PLAN)
    end_without_quote(order, NOON, "operator", "closing", "R1")
    progress(order, NOON)
    assert [charge.state for charge in order.charges] == [ChargeState.CANCELLED] * 4
    with pytest.raises(Conflict, match="order_closed"):
        begin_opening(order, NOON, order.charges[0].no)


def test_an_opening_of_unknown_outcome_is_found_out_about_once_its_lesson_is_not_wanted_any_more() -> None:
    """Otherwise the order would wait for ever for a charge that nobody opens and nobody closes."""
    order = in_training(Agreement.PLAN)
    begin_opening(order, NOON, order.charges[0].no)
    end_without_quote(order, NOON, "operator", "closing", "R1")
    progress(order, NOON)
    assert (order.state, next_step(order, order.charges[0])) == (OrderState.SETTLING, Step.CANCEL)
    unknown_there(order, LATER, order.charges[0].no)
    progress(order, LATER)
    assert order.state is OrderState.CANCELLED


def test_unknown_there_is_believed_only_when_no_request_can_still_be_on_its_way() -> None:
    order = waiting(Agreement.NEED_CONFIRM)
    close_unsigned(order, NOON, OrderState.CANCELLED, "learner")
    charge = order.charges[0]
    unknown_there(order, NOON + timedelta(seconds=5), charge.no)
    assert charge.state is ChargeState.OPENING
    assert charge.act_at == NOON + ON_ITS_WAY
    unknown_there(order, NOON + ON_ITS_WAY, charge.no)
    assert (charge.state, charge.cancel_reason) == (ChargeState.CANCELLED, "unknown_there")


def test_unknown_there_closes_nothing_that_is_still_to_be_opened() -> None:
    order = in_training(Agreement.PLAN)
    charge = order.charges[0]
    begin_opening(order, NOON, charge.no)
    unknown_there(order, LATER, charge.no)
    assert charge.state is ChargeState.OPENING
    assert next_step(order, charge) is Step.OPEN


def test_a_service_order_that_runs_though_it_was_unknown_is_looked_at_by_a_person() -> None:
    order = waiting(Agreement.NEED_CONFIRM)
    close_unsigned(order, NOON, OrderState.CANCELLED, "learner")
    unknown_there(order, LATER, order.charges[0].no)
    apply_charge_reading(order, LATER, word(order.charges[0], ChannelState.IN_SERVICE))
    assert order.parked == "running_though_unknown"


def test_a_late_word_that_it_runs_changes_nothing_about_what_we_cancelled_there() -> None:
    order = in_training(Agreement.NEED_CONFIRM)
    end_without_quote(order, LATER, "operator", "closing", "R1")
    progress(order, LATER)
    settle(order, LATER)
    before = order.model_copy(deep=True)
    apply_charge_reading(order, LATER, word(order.charges[0], ChannelState.IN_SERVICE))
    assert order == before


def test_the_next_lesson_is_opened_only_when_the_one_before_is_paid_or_cancelled() -> None:
    order = in_training(Agreement.PLAN)
    teach_and_confirm(order, 1, 2)
    assert [next_step(order, charge) for charge in order.charges] == [Step.OPEN, None, None, None]
    settle(order, LATER, pay=False)
    assert [charge.state for charge in order.charges[:2]] == [ChargeState.DEDUCTING, ChargeState.NONE]
    apply_charge_reading(order, LATER, word(order.charges[0], ChannelState.PAID, 1000))
    assert next_step(order, order.charges[1]) is Step.OPEN
