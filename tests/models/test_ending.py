from datetime import timedelta

import pytest

from lab.rig.orders import (
    ANY_REPORTS,
    HOUR,
    NOON,
    in_training,
    plan_word,
    settle,
    teach,
    teach_and_confirm,
    waiting,
    word,
)
from models.charge import ChannelState, ChargeState
from models.ending import QUOTE_LIFE, end_by_quote, end_without_quote, make_quote, receipt, turn_billing_off
from models.errors import Conflict, NotFound
from models.facts import FactKind
from models.fee_mode import Agreement
from models.lesson import LessonState
from models.order import Order, OrderState, PlanState
from models.placing import withdraw_order
from models.planning import OFFER_LIFE, apply_plan_reading, asked_about_plan
from models.policy import Policy
from models.readings import apply_charge_reading
from models.refunding import owe_refund
from models.settling import progress
from models.training import confirm_lesson, decide_dispute, dispute_lesson

LATER = NOON + HOUR


def mixed(agreement: Agreement = Agreement.AUTHORIZATION, policy: Policy | None = None) -> Order:
    """One confirmed, one taught, one disputed, one still to come: 1000, 900, 900, 800."""
    order = in_training(agreement, policy=policy)
    teach_and_confirm(order, 1)
    teach(order, 2, 3)
    dispute_lesson(order, LATER, 3, "老师没来")
    progress(order, LATER)
    return order


def test_a_quote_says_by_which_rule_each_lesson_is_due() -> None:
    quote = make_quote(mixed(), LATER)
    assert [(line.due_fen, line.rule) for line in quote.lines] == [
        (1000, "confirmed_is_due"),
        (900, "taught_is_due"),
        (0, "disputed_waits"),
        (0, "not_taught_is_free"),
    ]
    assert (quote.due_fen, quote.paid_fen, quote.back_fen) == (1900, 0, 0)


def test_what_the_quote_says_is_what_is_charged() -> None:
    order = in_training()
    teach_and_confirm(order, 1, 2)
    teach(order, 3)
    quote = make_quote(order, LATER)
    assert end_by_quote(order, LATER, quote.id, "R1")
    progress(order, LATER)
    settle(order, LATER)
    assert (order.state, order.paid_fen) == (OrderState.SETTLED, quote.due_fen)


@pytest.mark.parametrize("fee_percent", [0, 7, 33, 100])
def test_the_quote_of_a_prepaid_course_says_to_the_fen_what_comes_back(fee_percent: int) -> None:
    order = in_training(Agreement.PAYMENT, policy=Policy(reports=ANY_REPORTS, prepay_refund_fee_percent=fee_percent))
    teach_and_confirm(order, 1)
    quote = make_quote(order, LATER)
    end_by_quote(order, LATER, quote.id, "R1")
    progress(order, LATER)
    assert order.promised_fen == quote.back_fen
    assert order.paid_fen - order.promised_fen == quote.due_fen + quote.fee_fen


def test_the_fee_is_kept_only_when_it_was_the_learner_who_ended() -> None:
    order = in_training(Agreement.PAYMENT, policy=Policy(reports=ANY_REPORTS, prepay_refund_fee_percent=50))
    teach_and_confirm(order, 1)
    end_without_quote(order, LATER, "institution", "老师离职", "R1")
    progress(order, LATER)
    assert order.promised_fen == 2600


def test_a_quote_lives_ten_minutes() -> None:
    order = mixed()
    quote = make_quote(order, LATER)
    with pytest.raises(Conflict, match="quote_expired"):
        end_by_quote(order, LATER + QUOTE_LIFE, quote.id, "R1")
    assert end_by_quote(order, LATER + QUOTE_LIFE - timedelta(milliseconds=1), quote.id, "R1")


def test_a_quote_is_stale_once_a_lesson_has_changed() -> None:
    order = mixed()
    quote = make_quote(order, LATER)
    confirm_lesson(order, LATER, 2, "learner", "miniprogram")
    with pytest.raises(Conflict, match="quote_stale"):
        end_by_quote(order, LATER, quote.id, "R1")
    assert order.fence is None


def quote_of_another_order() -> str:
    other = mixed()
    other.no = "X20260302BBBBBBBBBBBB"
    return make_quote(other, LATER).id


def quote_of_tomorrow() -> str:
    return make_quote(mixed(), LATER + timedelta(milliseconds=1)).id


@pytest.mark.parametrize(
    "quote_id", [quote_of_another_order(), quote_of_tomorrow(), "", "Q", "Q1", "Q-", f"Q{'f' * 60}-{'0' * 8}-"]
)
def test_a_quote_that_was_never_made_of_this_order_is_not_found(quote_id: str) -> None:
    with pytest.raises(NotFound, match="quote_not_found"):
        end_by_quote(mixed(), LATER, quote_id, "R1")


def test_a_quote_is_stale_once_money_was_promised_back_that_it_knows_nothing_of() -> None:
    order = in_training(Agreement.PAYMENT)
    quote = make_quote(order, LATER)
    owe_refund(order, LATER, order.charges[0].no, 600, "", "institution", f"{order.charges[0].no}-Rabc")
    with pytest.raises(Conflict, match="quote_stale"):
        end_by_quote(order, LATER, quote.id, "R1")


def test_asking_for_a_quote_changes_nothing_and_the_same_moment_gets_the_same() -> None:
    order = mixed()
    before = order.model_copy(deep=True)
    assert make_quote(order, LATER) == make_quote(order, LATER)
    assert order == before


def test_accepting_twice_ends_once() -> None:
    order = mixed()
    quote = make_quote(order, LATER)
    assert end_by_quote(order, LATER, quote.id, "R1")
    before = order.model_copy(deep=True)
    assert not end_by_quote(order, LATER + HOUR, quote.id, "R2")
    assert order == before


def test_who_comes_second_to_an_ending_is_told_so() -> None:
    order = mixed()
    quote = make_quote(order, LATER)
    end_without_quote(order, LATER, "institution", "老师离职", "R1")
    with pytest.raises(Conflict, match="order_already_ended"):
        end_by_quote(order, LATER, quote.id, "R2")
    with pytest.raises(Conflict, match="order_already_ended"):
        make_quote(order, LATER)
    assert not end_without_quote(order, LATER, "operator", "", "R3")
    assert not turn_billing_off(order, LATER, "learner", LATER, "R4")
    assert receipt(order).number == "R1"


def test_a_dispute_outlives_the_ending_and_is_charged_only_if_decided_so() -> None:
    order = mixed()
    quote = make_quote(order, LATER)
    end_by_quote(order, LATER, quote.id, "R1")
    progress(order, LATER)
    assert (order.state, order.charges[0].state) == (OrderState.IN_TRAINING, ChargeState.HELD)
    decide_dispute(order, LATER, 3, "confirmed", "operator")
    progress(order, LATER)
    settle(order, LATER)
    assert order.paid_fen == 2800


@pytest.mark.parametrize("agreement", [Agreement.AUTHORIZATION, Agreement.NEED_CONFIRM, Agreement.PLAN])
def test_nothing_taught_nothing_charged(agreement: Agreement) -> None:
    order = in_training(agreement)
    end_without_quote(order, LATER, "institution", "老师离职", "R1")
    progress(order, LATER)
    settle(order, LATER)
    assert (order.state, order.paid_fen) == (OrderState.CANCELLED, 0)
    assert {charge.state for charge in order.charges} == {ChargeState.CANCELLED}


def test_nothing_taught_of_a_prepaid_course_gives_everything_back() -> None:
    order = in_training(Agreement.PAYMENT)
    end_without_quote(order, LATER, "institution", "老师离职", "R1")
    progress(order, LATER)
    assert order.promised_fen == order.paid_fen == order.price_fen


@pytest.mark.parametrize(
    ("goodwill_fen", "back_fen"), [(600, 2600), (1000, 2600), (1001, 2599), (3000, 600), (3600, 0)]
)
def test_what_the_institution_gave_of_its_own_will_does_not_shrink_what_an_ending_owes_back(
    goodwill_fen: int, back_fen: int
) -> None:
    order = in_training(Agreement.PAYMENT)
    teach_and_confirm(order, 1)
    owe_refund(order, LATER, order.charges[0].no, goodwill_fen, "", "institution", f"{order.charges[0].no}-Rabc")
    quote = make_quote(order, LATER)
    end_by_quote(order, LATER, quote.id, "R1")
    progress(order, LATER)
    assert quote.back_fen == back_fen
    assert order.promised_fen == goodwill_fen + back_fen
    assert order.charges[0].promised_by_rule_fen == back_fen


def test_a_receipt_says_what_was_taken_what_is_owed_and_that_the_rest_is_never_charged() -> None:
    order = mixed()
    end_without_quote(order, LATER, "institution", "老师离职", "R1")
    progress(order, LATER)
    shown = receipt(order)
    assert (shown.lessons_owed, shown.lessons_never_charged) == (2, 1)
    assert (shown.paid_fen, shown.still_due_fen, shown.refunded_fen) == (0, 1900, 0)


def test_an_order_that_was_not_ended_has_no_receipt() -> None:
    with pytest.raises(Conflict, match="order_not_ended"):
        receipt(mixed())


def test_an_ending_before_the_beginning_closes_the_order_once() -> None:
    order = waiting()
    assert end_without_quote(order, LATER, "institution", "", "R1")
    progress(order, LATER)
    assert (order.state, order.charges[0].state) == (OrderState.CANCELLED, ChargeState.CANCELLED)
    assert not end_without_quote(order, LATER, "institution", "", "R1")
    assert not withdraw_order(order, LATER)


def test_an_order_that_has_begun_is_not_taken_back_but_ended() -> None:
    order = in_training()
    with pytest.raises(Conflict, match="order_has_begun"):
        withdraw_order(order, LATER)


def test_turning_billing_off_while_settling_cuts_off_what_was_reported_since_and_gives_it_back() -> None:
    order = in_training(prices=(1000, 900))
    teach_and_confirm(order, 1, at=LATER)
    teach_and_confirm(order, 2, at=LATER + 2 * HOUR)
    settle(order, LATER + 2 * HOUR, pay=False)
    assert turn_billing_off(order, LATER + 3 * HOUR, "learner", LATER + HOUR, "R1")
    progress(order, LATER + 3 * HOUR)
    apply_charge_reading(order, LATER + 3 * HOUR, word(order.charges[0], ChannelState.PAID, 1900))
    progress(order, LATER + 3 * HOUR)
    assert (order.state, order.owed_fen, order.promised_fen) == (OrderState.SETTLED, 1000, 900)


def test_a_plan_cancelled_at_wechat_leaves_what_was_open_due_and_drops_the_rest() -> None:
    order = in_training(Agreement.PLAN)
    settle(order, LATER)
    teach_and_confirm(order, 1)
    apply_plan_reading(order, LATER + HOUR, plan_word(order, "cancelled", LATER + HOUR), "R1")
    progress(order, LATER + HOUR)
    settle(order, LATER + HOUR)
    assert (order.state, order.paid_fen) == (OrderState.SETTLED, 1000)
    assert order.plan is not None
    assert order.plan.state is PlanState.STOPPED


def test_what_is_owed_but_can_no_longer_be_charged_under_a_plan_is_told_when_the_order_settles() -> None:
    order = in_training(Agreement.PLAN)
    settle(order, LATER)
    teach_and_confirm(order, 1, 2)
    settle(order, LATER, pay=False)
    apply_plan_reading(order, LATER + HOUR, plan_word(order, "cancelled", LATER + HOUR), "R1")
    progress(order, LATER + HOUR)
    apply_charge_reading(order, LATER + HOUR, word(order.charges[0], ChannelState.PAID, 1000))
    progress(order, LATER + HOUR)
    assert (order.state, order.parked) == (OrderState.SETTLED, "")
    assert [fact.kind for fact in order.facts[-2:]] == [FactKind.ORDER_SETTLED, FactKind.ORDER_OWED_OUTSIDE]
    assert order.facts[-1].amount_fen == 900


def test_a_plan_cancelled_before_we_heard_that_it_was_signed_closes_the_order() -> None:
    order = waiting(Agreement.PLAN)
    apply_plan_reading(order, LATER, plan_word(order, "cancelled", LATER), "R1")
    progress(order, LATER)
    apply_plan_reading(order, LATER, plan_word(order, "signed", LATER), "R2")
    progress(order, LATER)
    assert (order.state, order.signed_at) == (OrderState.CANCELLED, None)


def test_a_plan_signed_after_its_order_was_taken_back_is_heard_of_and_stopped() -> None:
    order = waiting(Agreement.PLAN)
    withdraw_order(order, LATER)
    progress(order, LATER)
    plan = order.plan
    assert plan is not None
    assert plan.ask_at is not None
    apply_plan_reading(order, LATER, plan_word(order, "signed", LATER), "R1")
    progress(order, LATER)
    assert (order.state, plan.state, plan.act_at) == (OrderState.CANCELLED, PlanState.SIGNED, LATER)


def test_a_plan_nobody_can_sign_any_more_is_not_asked_about_for_ever() -> None:
    order = waiting(Agreement.PLAN)
    withdraw_order(order, LATER)
    plan, asked = order.plan, 0
    assert plan is not None
    while plan.ask_at is not None:
        asked += 1
        last = plan.ask_at
        asked_about_plan(order, plan.ask_at)
    assert last == LATER + OFFER_LIFE
    assert asked < 12


@pytest.mark.parametrize("state", [ChannelState.CANCELLED, ChannelState.EXPIRED])
@pytest.mark.parametrize("agreement", [Agreement.NEED_CONFIRM, Agreement.PAYMENT])
def test_what_wechat_closes_while_the_learner_was_to_act_closes_the_order(
    agreement: Agreement, state: ChannelState
) -> None:
    order = waiting(agreement)
    apply_charge_reading(order, LATER, word(order.charges[0], state))
    progress(order, LATER)
    assert (order.state, order.lessons[0].state) == (OrderState.CANCELLED, LessonState.CANCELLED)


def test_a_prepaid_order_paid_after_it_was_taken_back_is_given_back_whole() -> None:
    order = waiting(Agreement.PAYMENT)
    withdraw_order(order, LATER)
    progress(order, LATER)
    apply_charge_reading(order, LATER, word(order.charges[0], ChannelState.PAID, order.price_fen))
    progress(order, LATER)
    assert order.promised_fen == order.paid_fen == order.price_fen
