from hypothesis import given
from hypothesis import strategies as st

from lab.rig.orders import HOUR, NOON, in_training, placed, plan_word, waiting
from models.fee_mode import Agreement
from models.money import split_evenly
from models.order import OrderState, PlanState
from models.planning import apply_plan_reading, asked_about_plan, plan_offered, plan_request
from models.settling import progress

LATER = NOON + HOUR


def test_equal_courses_at_equal_prices_share_one_plan_and_others_do_not() -> None:
    one, same = placed(Agreement.PLAN), placed(Agreement.PLAN)
    same.no = "X20260302BBBBBBBBBBBB"
    dearer = placed(Agreement.PLAN, prices=(1000, 900, 900, 900))
    assert plan_request(one).no == plan_request(same).no != plan_request(dearer).no
    assert len(plan_request(one).no) <= 32


@given(st.integers(100, 10**6), st.integers(1, 100))
def test_a_plans_prices_sum_to_the_course_and_never_rise(total_fen: int, lessons: int) -> None:
    request = plan_request(placed(Agreement.PLAN, prices=split_evenly(total_fen, lessons)))
    assert sum(request.prices_fen) == total_fen
    assert list(request.prices_fen) == sorted(request.prices_fen, reverse=True)


def test_an_offer_is_made_once() -> None:
    order = placed(Agreement.PLAN)
    plan_offered(order, LATER, "plan-1")
    plan_offered(order, LATER, "plan-2")
    assert order.plan is not None
    assert order.plan.plan_id == "plan-1"


def test_signing_begins_the_training_and_a_question_follows_early() -> None:
    order = waiting(Agreement.PLAN)
    apply_plan_reading(order, LATER, plan_word(order, "signed"), "R1")
    assert order.plan is not None
    assert (order.state, order.signed_at, order.plan.sign_plan_id) == (OrderState.IN_TRAINING, LATER, "sign-1")
    assert order.plan.ask_at is not None
    assert order.plan.ask_at - LATER <= HOUR / 12


def test_the_same_word_twice_changes_nothing() -> None:
    for words in (["signed"], ["signed", "cancelled"], ["signed", "complete"], ["unsigned"], ["unknown"]):
        order = waiting(Agreement.PLAN)
        for state in words:
            apply_plan_reading(order, LATER, plan_word(order, state, LATER), "R1")
            progress(order, LATER)
        before = order.model_copy(deep=True)
        apply_plan_reading(order, LATER + HOUR, plan_word(order, words[-1], LATER), "R2")
        progress(order, LATER + HOUR)
        assert order == before


def test_cancelled_before_signed_is_still_cancelled() -> None:
    order = in_training(Agreement.PLAN)
    apply_plan_reading(order, LATER, plan_word(order, "cancelled", LATER), "R1")
    apply_plan_reading(order, LATER, plan_word(order, "signed", NOON), "R2")
    assert order.plan is not None
    assert order.plan.state is PlanState.STOPPED
    assert order.fence is not None
    assert (order.fence.by, order.fence.at, order.fence.receipt_no) == ("learner", LATER, "R1")


def test_a_plan_that_ran_out_ends_the_order_too() -> None:
    order = in_training(Agreement.PLAN)
    apply_plan_reading(order, LATER, plan_word(order, "expired", LATER), "R1")
    assert order.fence is not None
    assert order.fence.by == "wechat"


def test_a_signed_plan_is_asked_about_again_and_again() -> None:
    order = in_training(Agreement.PLAN)
    for _ in range(5):
        assert order.plan is not None
        assert order.plan.ask_at is not None
        before = order.plan.ask_at
        asked_about_plan(order, before)
        assert order.plan.ask_at > before
