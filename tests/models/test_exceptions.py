"""The queue of what a person must settle: what opens it, what closes it, and that nothing is asked twice."""

from datetime import timedelta

import pytest

from lab.rig.orders import HOUR, NOON, ORIGIN, in_training, plan_word, settle, teach, teach_and_confirm, word
from models.charge import ChannelState, RefundState
from models.collecting import remind_overdue
from models.ending import end_without_quote
from models.errors import Conflict
from models.exceptions import (
    RAISINGS,
    About,
    ExceptionCase,
    ExceptionKind,
    Owner,
    exception_id,
    raised_by_fact,
    touched,
)
from models.facts import Fact, FactKind
from models.fee_mode import Agreement
from models.notices import RefundReading
from models.order import Order, OrderState
from models.parking import park_order, unpark_order
from models.planning import apply_plan_reading
from models.readings import apply_charge_reading
from models.refunding import apply_refund_reading, begin_refund, owe_refund, refund_failed
from models.settling import progress
from models.steps import Step, next_step
from models.training import answer_dispute, decide_dispute, dispute_lesson
from services.exceptions import suggested_action

LATER = NOON + 2 * HOUR


def raised(order: Order) -> dict[str, ExceptionCase]:
    """Take all of an order's facts, in their order, and give the exceptions they leave open."""
    known: dict[str, ExceptionCase] = {}
    for fact in order.facts:
        for kind, raises in touched(fact):
            news = raised_by_fact(kind, fact, "wandou") if raises else None
            key = news.id if news else _id(kind, fact)
            if news:
                known.setdefault(key, news).raised_again(news)
            elif key in known:
                known[key].settled(fact.kind, fact.by, fact.at, fact.seq)
    return {key: case for key, case in known.items() if case.is_open}


def _id(kind: ExceptionKind, fact: Fact) -> str:
    return raised_by_fact(kind, fact, "wandou").id


def an_exception(cause: int = 5) -> ExceptionCase:
    return ExceptionCase(
        id="X1-order_parked",
        kind=ExceptionKind.ORDER_PARKED,
        owner=Owner.OPERATOR,
        subject="X1",
        order_no="X1",
        opened_at=NOON,
        cause=cause,
        detail={"reason": "amount_mismatch"},
    )


def test_every_kind_has_its_rule_and_nothing_settles_what_it_raises() -> None:
    assert set(RAISINGS) == set(ExceptionKind)
    assert not [kind for kind, rule in RAISINGS.items() if rule.raised_by in rule.settled_by]


def test_an_order_that_is_parked_waits_for_the_operator_until_it_is_unparked() -> None:
    order = in_training()
    park_order(order, LATER, "amount_mismatch")
    (case,) = raised(order).values()
    assert (case.id, case.owner) == (f"{order.no}-order_parked", Owner.OPERATOR)
    unpark_order(order, LATER + HOUR, "compared", "operator")
    assert raised(order) == {}


def test_a_failed_refund_waits_for_the_institution_until_it_is_done() -> None:
    order = in_training(Agreement.PAYMENT)
    owe_refund(order, LATER, order.charges[0].no, 500, "qa", "institution", "R1")
    owe_refund(order, LATER, order.charges[0].no, 600, "qa", "institution", "R2")
    for no in ("R1", "R2"):
        begin_refund(order, LATER, no)
        refund_failed(order, LATER, no, "wechat_merchant_balance_short")
    assert set(raised(order)) == {"R1-refund_failed", "R2-refund_failed"}
    apply_refund_reading(
        order, LATER, RefundReading(origin=ORIGIN, refund_no="R1", state=RefundState.REFUNDED, amount_fen=500)
    )
    assert set(raised(order)) == {"R2-refund_failed"}


def test_only_the_last_reminder_hands_an_overdue_charge_to_the_institution_and_payment_takes_it_back() -> None:
    order = in_training(prices=(1000,))
    teach_and_confirm(order, 1)
    settle(order, LATER, pay=False)
    for days, left_open in ((1, 0), (3, 0), (7, 1)):
        remind_overdue(order, LATER + timedelta(days=days))
        assert len(raised(order)) == left_open
    apply_charge_reading(order, LATER + timedelta(days=8), word(order.charges[0], ChannelState.PAID, 1000))
    assert raised(order) == {}


def test_what_wechat_can_no_longer_charge_when_the_order_settles_is_the_institutions_to_collect() -> None:
    order = in_training(Agreement.PLAN)
    settle(order, LATER)
    teach_and_confirm(order, 1, 2)
    settle(order, LATER, pay=False)
    apply_plan_reading(order, LATER + HOUR, plan_word(order, "cancelled", LATER + HOUR), "R1")
    progress(order, LATER + HOUR)
    apply_charge_reading(order, LATER + HOUR, word(order.charges[0], ChannelState.PAID, 1000))
    progress(order, LATER + HOUR)
    assert order.state is OrderState.SETTLED
    (case,) = raised(order).values()
    assert (case.kind, case.owner) == (ExceptionKind.OWED_OUTSIDE_WECHAT, Owner.INSTITUTION)
    assert case.detail == {"amount_fen": 900}


def test_an_order_settled_in_full_leaves_nothing_to_collect() -> None:
    order = in_training(Agreement.PLAN)
    settle(order, LATER)
    teach_and_confirm(order, 1, at=LATER)
    end_without_quote(order, LATER, "institution", "moved", "R1")
    progress(order, LATER)
    settle(order, LATER)
    assert order.state is OrderState.SETTLED
    assert raised(order) == {}


def test_a_dispute_waits_for_the_institution_then_for_the_operator_then_for_nobody() -> None:
    order = in_training()
    teach(order, 1, 2)
    dispute_lesson(order, LATER, 1, "来晚了")
    dispute_lesson(order, LATER, 2, "来晚了")
    assert {x.kind for x in raised(order).values()} == {ExceptionKind.DISPUTE_UNANSWERED}
    answer_dispute(order, LATER, 1, "签到表在此")
    assert set(raised(order)) == {f"{order.no}-L1-dispute_undecided", f"{order.no}-L2-dispute_unanswered"}
    decide_dispute(order, LATER, 1, "confirmed", "operator")
    decide_dispute(order, LATER, 2, "void", "institution")
    assert raised(order) == {}


def test_the_same_story_told_again_opens_nothing_that_was_closed_since() -> None:
    case = an_exception()
    case.close("looked at", "operator", LATER)
    case.raised_again(an_exception())
    case.raised_again(an_exception(cause=4))
    assert not case.is_open


def test_a_newer_cause_opens_it_again_with_its_own_moment() -> None:
    case = an_exception()
    case.close("looked at", "operator", LATER)
    case.raised_again(an_exception(cause=9).model_copy(update={"opened_at": LATER + HOUR}))
    assert case.is_open
    assert (case.closed_by, case.outcome, case.age(LATER + 2 * HOUR)) == ("", "", HOUR)


def test_more_news_of_an_open_exception_keeps_its_age() -> None:
    case = an_exception()
    case.raised_again(an_exception(cause=9).model_copy(update={"opened_at": LATER, "detail": {"reason": "again"}}))
    assert (case.opened_at, case.detail) == (NOON, {"reason": "again"})


def test_what_settled_it_before_it_was_raised_again_settles_nothing() -> None:
    case = an_exception()
    case.settled("order_unparked", "operator", LATER, cause=4)
    assert case.is_open
    case.settled("order_unparked", "operator", LATER, cause=6)
    assert (case.is_open, case.outcome, case.age(LATER + HOUR)) == (False, "order_unparked", 2 * HOUR)


def test_closing_again_with_the_same_word_is_fine_and_with_another_is_refused() -> None:
    case = an_exception()
    case.close("looked at", "operator", LATER)
    case.close("looked at", "operator", LATER + HOUR)
    assert case.closed_at == LATER
    with pytest.raises(Conflict) as refused:
        case.close("something else", "operator", LATER)
    assert refused.value.code == "exception_closed"


def test_two_things_of_one_order_are_two_exceptions() -> None:
    assert {RAISINGS[kind].about for kind in ExceptionKind} == set(About)
    assert exception_id(ExceptionKind.REFUND_FAILED, "R1") != exception_id(ExceptionKind.REFUND_FAILED, "R2")


@pytest.mark.parametrize(("language", "word_"), [("zh_CN", "9.00 元"), ("en", "9.00 yuan")])
def test_what_to_do_is_said_in_both_languages_with_amounts_in_yuan(language: str, word_: str) -> None:
    fact = in_training().facts[-1].model_copy(update={"kind": FactKind.ORDER_OWED_OUTSIDE, "amount_fen": 900})
    said = suggested_action(raised_by_fact(ExceptionKind.OWED_OUTSIDE_WECHAT, fact, "wandou"), language)
    assert word_ in said
    assert fact.order_no in said


def test_the_deadline_of_a_dispute_is_told_in_beijing_time() -> None:
    order = in_training()
    teach(order, 1)
    dispute_lesson(order, NOON, 1, "来晚了")
    (case,) = raised(order).values()
    assert "2026-03-09 12:00" in suggested_action(case, "zh_CN")


def test_an_unparked_order_goes_on_and_wechats_refusals_are_borne_again() -> None:
    order = in_training(prices=(1000,))
    teach_and_confirm(order, 1)
    order.charges[0].tries = 12
    park_order(order, LATER, "wechat_payment_limited", charge_no=order.charges[0].no)
    progress(order, LATER)
    assert next_step(order, order.charges[0]) is None
    unpark_order(order, LATER + HOUR, "limit lifted", "operator")
    progress(order, LATER + HOUR)
    assert next_step(order, order.charges[0]) is Step.COMPLETE
    assert (order.parked, order.charges[0].act_at, order.charges[0].tries) == ("", LATER + HOUR, 0)
    assert order.facts[-1].data == {"reason": "limit lifted"}


def test_an_order_nobody_parked_cannot_be_unparked() -> None:
    order = in_training()
    before = order.model_copy(deep=True)
    with pytest.raises(Conflict) as refused:
        unpark_order(order, LATER, "?", "operator")
    assert refused.value.code == "order_not_parked"
    assert order == before
