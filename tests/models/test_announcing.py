"""Nothing is deducted unannounced: who knew what, from when it may be taken, and never more."""

from datetime import timedelta

import pytest

from lab.rig.orders import ANY_REPORTS, HOUR, NOON, in_training, settle, teach
from models.announcing import announce_charge
from models.charge import ChargeState
from models.ending import end_by_quote, make_quote
from models.errors import Conflict
from models.facts import FactKind
from models.fee_mode import Agreement
from models.invariants import broken
from models.order import Order
from models.policy import Policy
from models.settling import progress
from models.steps import Step, begin_completion, begin_step
from models.telling import mark_shown, mark_told
from models.training import (
    confirm_by_silence,
    confirm_lesson,
    decide_dispute,
    dispute_lesson,
    end_course,
    withdraw_dispute,
)

LATER = NOON + HOUR
DAY = timedelta(days=1)
TICK = timedelta(milliseconds=1)
LEAD = Policy(reports=ANY_REPORTS)


def a_plan() -> Order:
    """An order whose first lesson's own service order runs."""
    order = in_training(Agreement.PLAN, policy=LEAD)
    settle(order, NOON)
    return order


def over_by_silence() -> Order:
    """A course whose lessons nobody spoke about, though the learner was told of each."""
    order = in_training(policy=LEAD)
    teach(order, 1, 2, 3, 4, at=LATER)
    for n in (1, 2, 3, 4):
        mark_told(order, LATER, n, "oa_message")
    confirm_by_silence(order, LATER + 2 * DAY)
    progress(order, LATER + 2 * DAY)
    return order


def announced(order: Order, n: int = 0) -> tuple[object, ...]:
    known = order.charges[n].announcement
    assert known is not None
    return known.amount_fen, known.lessons, known.at, known.how, known.not_before


def test_a_course_is_not_charged_before_its_learner_knows_what_it_costs() -> None:
    order = over_by_silence()
    charge, over_at = order.charges[0], LATER + 2 * DAY
    assert (charge.state, charge.announcement, charge.act_at) == (ChargeState.OPEN, None, over_at + 7 * DAY)
    before = order.model_copy(deep=True)
    with pytest.raises(Conflict, match="not_announced"):
        begin_completion(order, over_at + 7 * DAY - TICK, charge.no)
    assert order == before


def test_once_told_the_lead_passes_before_the_money_is_asked_for() -> None:
    order = over_by_silence()
    charge, told_at = order.charges[0], LATER + 2 * DAY + HOUR
    assert announce_charge(order, told_at, charge.no, "oa_template")
    progress(order, told_at)
    assert announced(order) == (3600, (1, 2, 3, 4), told_at, "oa_template", told_at + DAY)
    assert charge.act_at == told_at + DAY
    fact = order.facts[-1]
    assert (fact.kind, fact.charge_no, fact.amount_fen, fact.at) == (
        FactKind.CHARGE_ANNOUNCED,
        charge.no,
        3600,
        told_at,
    )
    assert fact.data == {
        "lessons": "1,2,3,4",
        "how": "oa_template",
        "not_before": (told_at + DAY).isoformat(),
    }
    with pytest.raises(Conflict, match="not_announced"):
        begin_step(order, told_at + DAY - TICK, charge.no, Step.COMPLETE)
    assert begin_step(order, told_at + DAY, charge.no, Step.COMPLETE)
    assert charge.completion is not None
    assert charge.completion.amount_fen == 3600
    assert broken(order) == []


def test_telling_again_neither_delays_nor_hastens_it() -> None:
    order = over_by_silence()
    charge, told_at = order.charges[0], LATER + 2 * DAY + HOUR
    announce_charge(order, told_at, charge.no, "oa_template")
    progress(order, told_at)
    before = order.model_copy(deep=True)
    assert not announce_charge(order, told_at + HOUR, charge.no, "oa_message")
    assert not mark_shown(order, told_at + HOUR, "order_page")
    progress(order, told_at + HOUR)
    assert order == before


def test_when_nobody_could_be_told_the_long_window_passes_and_is_written_down() -> None:
    order = over_by_silence()
    charge, at = order.charges[0], LATER + 9 * DAY
    begin_completion(order, at, charge.no)
    assert announced(order) == (3600, (1, 2, 3, 4), at, "untold", at)
    assert [fact.kind for fact in order.facts[-2:]] == [FactKind.CHARGE_ANNOUNCED, FactKind.CHARGE_REQUESTED]
    assert broken(order) == []


def test_the_learners_last_word_shows_what_the_course_costs_and_the_lead_begins() -> None:
    order = in_training(policy=LEAD)
    teach(order, 1, 2, at=LATER)
    confirm_lesson(order, LATER, 1, "learner", "miniprogram")
    confirm_lesson(order, LATER, 2, "learner", "miniprogram")
    assert order.charges[0].announcement is None
    end_course(order, LATER + HOUR, "institution")
    progress(order, LATER + HOUR)
    assert order.charges[0].announcement is None
    whole = in_training(policy=LEAD)
    teach(whole, 1, 2, 3, 4, at=LATER)
    for n in (1, 2, 3, 4):
        confirm_lesson(whole, LATER + HOUR, n, "learner", "miniprogram")
    progress(whole, LATER + HOUR)
    assert announced(whole) == (3600, (1, 2, 3, 4), LATER + HOUR, "miniprogram", LATER + HOUR + DAY)


def test_please_confirm_announces_a_lessons_own_charge() -> None:
    order = a_plan()
    teach(order, 1, at=LATER)
    mark_told(order, LATER + HOUR, 1, "subscribe_message")
    confirm_by = LATER + HOUR + 2 * DAY
    assert announced(order) == (1000, (1,), LATER + HOUR, "subscribe_message", confirm_by)
    confirm_by_silence(order, confirm_by)
    progress(order, confirm_by)
    assert order.charges[0].act_at == confirm_by
    assert begin_step(order, confirm_by, order.charges[0].no, Step.COMPLETE)
    assert broken(order) == []


def test_the_learners_word_on_a_lesson_and_its_price_is_enough_for_its_own_charge() -> None:
    order = a_plan()
    teach(order, 1, at=LATER)
    confirm_lesson(order, LATER + HOUR, 1, "learner", "official_account")
    progress(order, LATER + HOUR)
    assert announced(order) == (1000, (1,), LATER + HOUR, "official_account", LATER + HOUR)
    assert begin_step(order, LATER + HOUR, order.charges[0].no, Step.COMPLETE)


def test_said_yes_to_after_being_told_it_need_not_wait_for_silence() -> None:
    order = a_plan()
    teach(order, 1, at=LATER)
    mark_told(order, LATER, 1, "oa_message")
    confirm_lesson(order, LATER + HOUR, 1, "learner", "miniprogram")
    progress(order, LATER + HOUR)
    assert order.charges[0].act_at == LATER + HOUR
    assert begin_step(order, LATER + HOUR, order.charges[0].no, Step.COMPLETE)


def test_a_lesson_nobody_was_told_of_waits_once_not_twice() -> None:
    order = a_plan()
    teach(order, 1, at=LATER)
    confirm_by_silence(order, LATER + 7 * DAY)
    progress(order, LATER + 7 * DAY)
    assert order.charges[0].act_at == LATER + 7 * DAY
    assert begin_step(order, LATER + 7 * DAY, order.charges[0].no, Step.COMPLETE)
    assert announced(order)[3] == "untold"


def test_what_comes_of_a_dispute_is_announced_anew() -> None:
    order = a_plan()
    teach(order, 1, at=LATER)
    mark_told(order, LATER, 1, "oa_message")
    dispute_lesson(order, LATER + HOUR, 1, "老师没来")
    assert order.charges[0].announcement is None
    decide_dispute(order, LATER + DAY, 1, "confirmed", "operator")
    progress(order, LATER + DAY)
    with pytest.raises(Conflict, match="not_announced"):
        begin_completion(order, LATER + 2 * DAY, order.charges[0].no)
    announce_charge(order, LATER + 2 * DAY, order.charges[0].no, "oa_message")
    progress(order, LATER + 2 * DAY)
    assert order.charges[0].act_at == LATER + 3 * DAY


def test_taking_an_objection_back_is_a_word_of_the_learner() -> None:
    order = a_plan()
    teach(order, 1, at=LATER)
    dispute_lesson(order, LATER + HOUR, 1, "老师没来")
    withdraw_dispute(order, LATER + 2 * HOUR, 1)
    progress(order, LATER + 2 * HOUR)
    assert announced(order)[2:] == (LATER + 2 * HOUR, "dispute_decided", LATER + 2 * HOUR)


def test_an_accepted_quote_is_an_announcement_to_the_fen() -> None:
    order = in_training(policy=LEAD)
    teach(order, 1, 2, at=LATER)
    quote = make_quote(order, LATER + HOUR)
    end_by_quote(order, LATER + HOUR, quote.id, "R1")
    progress(order, LATER + HOUR)
    assert announced(order) == (1900, (1, 2), LATER + HOUR, "ending_quote", LATER + HOUR)
    assert begin_step(order, LATER + HOUR, order.charges[0].no, Step.COMPLETE)


def test_a_quote_that_leaves_a_dispute_open_announces_nothing_of_the_sum() -> None:
    order = in_training(policy=LEAD)
    teach(order, 1, 2, at=LATER)
    dispute_lesson(order, LATER, 2, "老师没来")
    quote = make_quote(order, LATER + HOUR)
    end_by_quote(order, LATER + HOUR, quote.id, "R1")
    progress(order, LATER + HOUR)
    assert order.charges[0].announcement is None
    decide_dispute(order, LATER + DAY, 2, "confirmed", "operator")
    progress(order, LATER + DAY)
    assert order.charges[0].act_at == LATER + 8 * DAY


def test_asking_for_more_than_was_announced_breaks_an_invariant() -> None:
    order = over_by_silence()
    charge = order.charges[0]
    announce_charge(order, LATER + 2 * DAY, charge.no, "oa_message")
    begin_completion(order, LATER + 3 * DAY, charge.no)
    assert charge.announcement is not None
    charge.announcement = charge.announcement.model_copy(update={"amount_fen": 3599})
    assert broken(order) == ["announced"]
