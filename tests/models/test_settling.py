from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.rig.orders import HOUR, NOON, in_training, placed, settle, teach, teach_and_confirm, word
from models.charge import ChannelState, ChargeState
from models.charging import completed
from models.dues import due_fen
from models.errors import Conflict
from models.fee_mode import Agreement
from models.lesson import LessonState
from models.order import Order, OrderState, PlanState
from models.planning import plan_stopped
from models.readings import apply_charge_reading
from models.requests import completion_fees
from models.settling import progress
from models.steps import CLOCK_MARGIN, Step, begin_completion, next_step
from models.training import confirm_lesson

LATER = NOON + HOUR
PAY_LATER = [Agreement.AUTHORIZATION, Agreement.NEED_CONFIRM, Agreement.PLAN]


@pytest.mark.parametrize("agreement", PAY_LATER)
def test_a_course_taught_whole_is_charged_to_the_fen_and_settled(agreement: Agreement) -> None:
    order = in_training(agreement)
    for n in (1, 2, 3, 4):
        teach_and_confirm(order, n)
        settle(order, LATER)
    assert (order.state, order.paid_fen, order.owed_fen) == (OrderState.SETTLED, 3600, 3600)
    assert not order.parked


@pytest.mark.parametrize("taught", [(1,), (2,), (4,), (1, 3), (2, 4), (1, 2, 3)])
@pytest.mark.parametrize("agreement", PAY_LATER)
def test_whatever_was_taught_exactly_that_is_charged(agreement: Agreement, taught: tuple[int, ...]) -> None:
    order = in_training(agreement)
    teach_and_confirm(order, *taught)
    for lesson in order.lessons_in(LessonState.SCHEDULED):
        lesson.move(LessonState.CANCELLED)
    progress(order, LATER)
    settle(order, LATER)
    assert (order.state, order.paid_fen) == (OrderState.SETTLED, order.owed_fen)


def test_a_cancelled_lesson_in_the_middle_of_a_plan_is_opened_and_cancelled_at_wechat() -> None:
    """WeChat's plans cannot skip a detail."""
    order = in_training(Agreement.PLAN)
    order.lesson(1).move(LessonState.CANCELLED)
    teach_and_confirm(order, 2)
    assert next_step(order, order.charges[0]) is Step.OPEN
    settle(order, LATER)
    assert [charge.state for charge in order.charges[:3]] == [
        ChargeState.CANCELLED,
        ChargeState.PAID,
        ChargeState.OPEN,
    ]


def test_trailing_lessons_nobody_will_charge_are_never_opened() -> None:
    order = in_training(Agreement.PLAN)
    teach_and_confirm(order, 1)
    for n in (2, 3, 4):
        order.lesson(n).move(LessonState.CANCELLED)
    progress(order, LATER)
    settle(order, LATER)
    assert [charge.cancel_reason for charge in order.charges[1:]] == ["never_opened"] * 3


def test_a_plan_is_stopped_only_when_its_order_is_final() -> None:
    order = in_training(Agreement.PLAN, prices=(1000,))
    plan = order.plan
    assert plan is not None
    teach_and_confirm(order, 1)
    settle(order, LATER, pay=False)
    assert (order.state.value, plan.act_at) == ("settling", None)
    apply_charge_reading(order, LATER, word(order.charges[0], ChannelState.PAID, 1000))
    progress(order, LATER)
    assert (order.state.value, plan.act_at) == ("settled", LATER)
    plan_stopped(order, LATER)
    plan_stopped(order, LATER)
    progress(order, LATER + HOUR)
    assert (plan.state, plan.act_at, plan.ask_at) == (PlanState.STOPPED, None, None)


def test_the_request_for_money_is_frozen_before_it_is_sent_and_a_repeat_is_identical() -> None:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    first = begin_completion(order, LATER, order.charges[0].no)
    again = begin_completion(order, LATER + HOUR, order.charges[0].no)
    assert first == again
    assert sum(fee.amount_fen for fee in completion_fees(order, order.charges[0], first)) == first.amount_fen == 3600
    assert len([fact for fact in order.facts if fact.kind == "charge_requested"]) == 1


def test_the_end_of_the_service_lies_after_its_start_and_before_wechats_now() -> None:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    completion = begin_completion(order, LATER, order.charges[0].no)
    assert completion.started_at < completion.ended_at <= LATER - CLOCK_MARGIN


def test_a_service_order_must_be_old_enough_to_be_completed() -> None:
    order = in_training(prices=(100,))
    teach_and_confirm(order, 1, at=NOON)
    with pytest.raises(Conflict, match="too_soon"):
        begin_completion(order, NOON + timedelta(seconds=2), order.charges[0].no)
    assert order.charges[0].state is ChargeState.OPEN
    begin_completion(order, NOON + timedelta(seconds=4), order.charges[0].no)
    assert order.charges_in(ChargeState.COMPLETING) == order.charges


def test_completed_twice_is_completed_once() -> None:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    begin_completion(order, LATER, order.charges[0].no)
    completed(order.charges[0], LATER)
    before = order.model_copy(deep=True)
    completed(order.charges[0], LATER + HOUR)
    assert order == before


def test_money_is_asked_for_only_when_every_lesson_it_covers_is_decided() -> None:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3)
    assert next_step(order, order.charges[0]) is None
    teach(order, 4)
    assert next_step(order, order.charges[0]) is None
    confirm_lesson(order, LATER, 4, "learner", "miniprogram")
    assert next_step(order, order.charges[0]) is Step.COMPLETE
    assert due_fen(order, order.charges[0]) == 3600


def test_nothing_is_done_for_a_parked_order() -> None:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    order.parked = "for a look"
    assert next_step(order, order.charges[0]) is None


def test_a_prepaid_order_has_nothing_to_do_at_wechat_while_it_lives() -> None:
    order = in_training(Agreement.PAYMENT)
    teach_and_confirm(order, 1, 2, 3)
    assert next_step(order, order.charges[0]) is None
    teach_and_confirm(order, 4)
    assert (order.state, order.promised_fen) == (OrderState.SETTLED, 0)


def a_random_walk(order: Order, choices: list[int]) -> None:
    """Move lessons along their table in any way at all, drawing consequences after each move."""
    for choice in choices:
        lesson = order.lessons[choice % len(order.lessons)]
        moves = [LessonState.TAUGHT, LessonState.CONFIRMED, LessonState.CANCELLED, LessonState.VOID]
        target = moves[choice // len(order.lessons) % len(moves)]
        if lesson.state is LessonState.SCHEDULED and target in {LessonState.TAUGHT, LessonState.CONFIRMED}:
            teach_and_confirm(order, lesson.n) if target is LessonState.CONFIRMED else teach(order, lesson.n)
        elif lesson.state is LessonState.SCHEDULED:
            lesson.move(LessonState.CANCELLED)
        progress(order, LATER)
        settle(order, LATER, pay=bool(choice % 3))


@given(st.sampled_from(PAY_LATER), st.lists(st.integers(0, 63), max_size=12))
def test_drawing_consequences_again_changes_nothing(agreement: Agreement, choices: list[int]) -> None:
    order = in_training(agreement)
    a_random_walk(order, choices)
    before = order.model_copy(deep=True)
    progress(order, LATER + HOUR)
    assert order == before


@given(st.sampled_from(PAY_LATER), st.lists(st.integers(0, 63), max_size=12))
def test_no_charge_ever_takes_more_than_its_lessons_are_owed(agreement: Agreement, choices: list[int]) -> None:
    order = in_training(agreement)
    a_random_walk(order, choices)
    for charge in order.charges:
        assert charge.paid_fen <= due_fen(order, charge)
    assert order.paid_fen <= order.owed_fen


def test_a_charge_wechat_never_heard_of_is_closed_with_its_order() -> None:
    order = placed()
    order.move(OrderState.CANCELLED)
    progress(order, LATER)
    assert order.charges[0].cancel_reason == "never_opened"
