"""Whatever waits has a next moment, later each time, and comes to rest only when nothing is left to do or ask."""

from datetime import timedelta

import pytest

from lab.rig.orders import HOUR, NOON
from models.authorization import Authorization
from models.charge import Charge, Refund
from models.order import Order, SignedPlan
from models.waiting import ASK_AFTER, Asked, Doubt, Waiting, ask_again


@pytest.mark.parametrize("doubt", Doubt)
def test_each_question_waits_at_least_as_long_as_the_one_before_and_the_last_wait_repeats(doubt: Doubt) -> None:
    waits = [ask_again(doubt, asked, NOON) - NOON for asked in range(20)]
    assert waits == sorted(waits)
    assert waits[0] > timedelta(0)
    assert waits[-1] == ASK_AFTER[doubt][-1]


def test_a_question_without_news_is_counted_and_asked_later() -> None:
    one = Asked()
    one.ask_from_now(NOON, Doubt.LEARNER)
    assert (one.ask_at, one.asks) == (ask_again(Doubt.LEARNER, 0, NOON), 0)
    one.ask_later(NOON + HOUR, Doubt.LEARNER)
    assert (one.ask_at, one.asks) == (ask_again(Doubt.LEARNER, 1, NOON + HOUR), 1)
    assert not one.is_to_ask(NOON + HOUR)
    assert one.is_to_ask(NOON + 2 * HOUR)


def test_what_is_not_to_be_asked_stays_so_until_it_begins_anew() -> None:
    one = Asked()
    one.ask_later(NOON, Doubt.LEARNER)
    one.ask_sooner(NOON)
    one.ask_until(NOON, NOON + HOUR)
    assert (one.ask_at, one.asks) == (None, 0)
    one.keep_asking(NOON, Doubt.AUTHORIZATION)
    assert (one.ask_at, one.asks) == (NOON + HOUR * 6, 1)
    one.ask_at_once(NOON)
    assert (one.ask_at, one.asks) == (NOON, 0)


def test_sooner_is_never_later() -> None:
    one = Asked(ask_at=NOON)
    one.ask_sooner(NOON + HOUR)
    assert one.ask_at == NOON
    one.ask_sooner(NOON - HOUR)
    assert one.ask_at == NOON - HOUR


def test_the_last_question_is_asked_when_it_can_still_bring_news_and_not_after() -> None:
    one = Asked(ask_at=NOON + 9 * HOUR)
    one.ask_until(NOON, NOON + HOUR)
    assert one.ask_at == NOON + HOUR
    one.ask_until(NOON + HOUR, NOON + HOUR)
    assert one.ask_at is None


def test_a_step_that_got_nowhere_waits_the_longer_the_oftener_it_was_tried() -> None:
    one = Waiting()
    one.act_from(NOON)
    waits = []
    for _ in range(4):
        at = one.act_at or NOON
        one.tried()
        one.act_later(at, Doubt.PLACING)
        waits.append((one.act_at or at) - at)
    assert waits == sorted(set(waits))


def test_what_somebody_put_off_already_is_not_put_off_again() -> None:
    one = Waiting(act_at=NOON + HOUR, tries=3)
    one.act_later(NOON, Doubt.PLACING)
    one.act_from(NOON)
    assert one.act_at == NOON + HOUR
    one.postpone(NOON)
    assert one.is_to_act(NOON)


def test_what_is_done_has_its_patience_back_and_what_rests_keeps_its_count() -> None:
    done, resting = (Waiting(act_at=NOON, tries=3, ask_at=NOON, asks=2) for _ in range(2))
    done.acted()
    resting.rest()
    assert done == Waiting(ask_at=NOON, asks=2)
    assert resting == Waiting(tries=3, asks=2)


def test_the_documents_keep_the_fields_they_had() -> None:
    waiting = {"act_at", "tries", "ask_at", "asks"}
    assert all(waiting <= set(model.model_fields) for model in (Charge, Refund, SignedPlan))
    assert all({"ask_at", "asks"} <= set(model.model_fields) for model in (Order, Authorization))
