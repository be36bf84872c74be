from collections.abc import Callable
from datetime import timedelta

import pytest

from lab.rig.orders import HOUR, NOON, in_training, settle, teach_and_confirm, word
from models.charge import PAID_OUTSIDE, ChannelState, Charge, ChargeState
from models.charging import REMIND_AFTER
from models.collecting import begin_lowering, charge_lowered, lowering_refused, remind_overdue, report_outside_payment
from models.errors import Conflict
from models.facts import FactKind
from models.order import Order, OrderState
from models.readings import apply_charge_reading
from models.settling import progress
from models.steps import Step, next_step

LATER = NOON + HOUR


def deducting() -> tuple[Order, Charge]:
    """WeChat was asked for 3600 fen and has not got them yet."""
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, LATER, pay=False)
    return order, order.charges[0]


def test_an_overdue_charge_is_reminded_of_three_times_and_then_left_to_the_institution() -> None:
    order, charge = deducting()
    said = [timedelta(hours=hour) for hour in range(24 * 30) if remind_overdue(order, LATER + hour * HOUR)]
    assert said == list(REMIND_AFTER)
    assert charge.remind_at is None
    last = [fact.data["last"] for fact in order.facts if fact.kind is FactKind.CHARGE_OVERDUE]
    assert last == [False, False, True]


def test_a_paid_charge_is_not_reminded_of() -> None:
    order, charge = deducting()
    apply_charge_reading(order, LATER, word(charge, ChannelState.PAID, 3600))
    assert not remind_overdue(order, LATER + timedelta(days=30))


@pytest.mark.parametrize("paid_fen", [3600, 3000])
def test_until_wechat_answers_a_lowering_either_amount_may_be_taken(paid_fen: int) -> None:
    order, charge = deducting()
    assert begin_lowering(order, LATER, charge.no, 3000, "少上一节")
    apply_charge_reading(order, LATER, word(charge, ChannelState.PAID, paid_fen))
    assert (charge.state, order.paid_fen, order.parked) == (ChargeState.PAID, paid_fen, "")


def test_after_the_lowering_only_the_lower_amount_may_be_taken() -> None:
    order, charge = deducting()
    begin_lowering(order, LATER, charge.no, 3000, "少上一节")
    charge_lowered(order, LATER, charge.no, 3000)
    apply_charge_reading(order, LATER, word(charge, ChannelState.PAID, 3600))
    assert (charge.state, order.parked) == (ChargeState.DEDUCTING, "amount_mismatch")


def test_lowering_to_what_is_asked_for_already_is_no_news() -> None:
    order, charge = deducting()
    begin_lowering(order, LATER, charge.no, 3000, "少上一节")
    charge_lowered(order, LATER, charge.no, 3000)
    before = order.model_copy(deep=True)
    assert not begin_lowering(order, LATER, charge.no, 3000, "少上一节")
    assert order == before
    assert begin_lowering(order, LATER, charge.no, 2000, "再少一节")


@pytest.mark.parametrize("amount_fen", [0, -1, 3601])
def test_wechat_only_lowers(amount_fen: int) -> None:
    order, charge = deducting()
    with pytest.raises(Conflict, match="amount_not_lower"):
        begin_lowering(order, LATER, charge.no, amount_fen, "")


def test_a_lowering_nobody_answered_can_be_repeated_but_not_changed() -> None:
    order, charge = deducting()
    begin_lowering(order, LATER, charge.no, 3000, "")
    assert begin_lowering(order, LATER, charge.no, 3000, "")
    with pytest.raises(Conflict, match="lowering_unanswered"):
        begin_lowering(order, LATER, charge.no, 2000, "")


def test_a_lowering_that_had_got_through_is_seen_when_wechat_names_its_amount() -> None:
    order, charge = deducting()
    begin_lowering(order, LATER, charge.no, 3000, "少上一节")
    seen = []
    for told_fen in (3600, 3000):
        apply_charge_reading(order, LATER, word(charge, ChannelState.DEDUCTING, told_fen))
        seen.append(charge.lowered_to_fen)
    assert seen == [3000, None]
    assert charge.completion is not None
    assert charge.completion.amount_fen == 3000
    assert order.facts[-1].data["reason"] == "少上一节"


def test_a_refused_lowering_leaves_what_was_asked_for() -> None:
    order, charge = deducting()
    before = order.model_copy(deep=True)
    begin_lowering(order, LATER, charge.no, 3000, "")
    lowering_refused(order, LATER, charge.no, 2000)
    assert charge.lowered_to_fen == 3000
    lowering_refused(order, LATER, charge.no, 3000)
    assert order == before.model_copy(update={"charges": order.charges})
    assert charge.lowered_to_fen is None


def test_payment_outside_is_told_to_wechat_until_it_has_heard() -> None:
    order, charge = deducting()
    assert report_outside_payment(order, LATER, charge.no, LATER, "cash")
    assert not report_outside_payment(order, LATER, charge.no, LATER, "cash")
    progress(order, LATER)
    assert (next_step(order, charge), charge.act_at) == (Step.TELL_PAID, LATER)
    told = word(charge, ChannelState.PAID, 3600).model_copy(update={"paid_how": PAID_OUTSIDE, "transaction_id": None})
    apply_charge_reading(order, LATER, told)
    progress(order, LATER)
    assert (next_step(order, charge), order.state) == (None, OrderState.SETTLED)
    assert order.promised_fen == 0


@pytest.mark.parametrize(
    "attempt",
    [
        lambda order: begin_lowering(order, LATER, order.charges[0].no, 1, ""),
        lambda order: report_outside_payment(order, LATER, order.charges[0].no, LATER, ""),
    ],
)
def test_only_what_wechat_is_deducting_can_be_lowered_or_reported_as_paid(
    attempt: Callable[[Order], object],
) -> None:
    with pytest.raises(Conflict, match="charge_not_deducting"):
        attempt(in_training())
