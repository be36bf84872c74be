"""WeChat's word meets every state of ours."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.rig.orders import HOUR, NOON, in_training, placed, settle, teach, teach_and_confirm, waiting, word
from models.charge import ChannelState, ChargeState, parse_channel_state
from models.fee_mode import Agreement
from models.order import Order
from models.readings import apply_charge_reading
from models.settling import progress
from models.steps import begin_completion
from models.training import dispute_lesson

LATER = NOON + HOUR

STATES = (None, "", "CREATED", "DOING", "DONE", "REVOKED", "EXPIRED", "CLOSED", "FINISHED", "WAIT_PAY", "unheard-of")
DESCRIPTIONS = (None, "", "USER_CONFIRM", "MCH_COMPLETE", "USER_ACCEPT", "MCH_LOADING", "unheard-of")
COLLECTIONS = (None, "", "USER_PAYING", "USER_PAID", "WAITPAY", "unheard-of")

KNOWN: dict[tuple[str | None, str | None, str | None], ChannelState] = {
    ("DOING", "USER_CONFIRM", None): ChannelState.IN_SERVICE,
    ("DOING", "MCH_COMPLETE", None): ChannelState.DEDUCTING,
    ("DOING", "MCH_COMPLETE", "USER_PAYING"): ChannelState.DEDUCTING,
}
BY_STATE = {
    "CREATED": ChannelState.AWAITING_LEARNER,
    "REVOKED": ChannelState.CANCELLED,
    "EXPIRED": ChannelState.EXPIRED,
}


def test_every_triple_has_a_reading_and_only_a_done_and_collected_order_is_paid() -> None:
    for state, description, collection in itertools.product(STATES, DESCRIPTIONS, COLLECTIONS):
        expected = KNOWN.get((state, description, collection)) or BY_STATE.get(state or "", ChannelState.UNKNOWN)
        if (state, collection) == ("DONE", "USER_PAID"):
            expected = ChannelState.PAID
        assert parse_channel_state(state, description, collection) is expected
        assert parse_channel_state(state, description, collection, 3600) is expected
        if (state, collection) == ("DONE", None):
            expected = ChannelState.PAID  # completed at nothing
        assert parse_channel_state(state, description, collection, 0) is expected


WORDS = st.none() | st.text(max_size=20)


@given(WORDS, WORDS, WORDS)
def test_no_word_of_wechat_makes_us_crash_or_believe_in_payment(
    state: str | None, description: str | None, collection: str | None
) -> None:
    assert parse_channel_state(state, description, collection) in {
        ChannelState.UNKNOWN,
        *BY_STATE.values(),
    } or state in ("DOING", "DONE")


def orders_by_charge_state() -> dict[str, Order]:
    """One order for each state its first charge can be in."""
    held = in_training()
    teach(held, 1)
    dispute_lesson(held, LATER, 1, "老师没来")
    progress(held, LATER)
    completing = in_training(prices=(3600,))
    teach_and_confirm(completing, 1)
    begin_completion(completing, LATER, completing.charges[0].no)
    deducting, paid, cancelled = (in_training(prices=(3600,)) for _ in range(3))
    for order in (deducting, paid):
        teach_and_confirm(order, 1)
        settle(order, LATER, pay=order is paid)
    cancelled.lesson(1).move(cancelled.lesson(1).state.CANCELLED)
    progress(cancelled, LATER)
    settle(cancelled, LATER)
    return {
        "none": placed(),
        "opening": waiting(Agreement.NEED_CONFIRM),
        "open": in_training(prices=(3600,)),
        "held": held,
        "completing": completing,
        "deducting": deducting,
        "paid": paid,
        "cancelled": cancelled,
    }


def test_the_examples_below_are_what_they_say() -> None:
    made = orders_by_charge_state()
    assert {name: order.charges[0].state.value for name, order in made.items()} == {name: name for name in made}
    assert set(made) == {state.value for state in ChargeState}


@pytest.mark.parametrize("state", ChannelState)
@pytest.mark.parametrize("ours", [state.value for state in ChargeState])
def test_any_word_at_any_moment_never_crashes_and_the_same_word_twice_is_one(ours: str, state: ChannelState) -> None:
    order = orders_by_charge_state()[ours]
    for _ in range(2):
        apply_charge_reading(order, LATER, word(order.charges[0], state, 3600))
        progress(order, LATER)
        first = order.model_copy(deep=True)
    assert order == first
    if ours not in {"completing", "deducting"}:
        assert order.paid_fen == (3600 if ours == "paid" else 0)


@pytest.mark.parametrize(
    ("ours", "state", "parked"),
    [
        ("open", ChannelState.PAID, "amount_mismatch"),
        ("cancelled", ChannelState.PAID, "paid_unexpectedly"),
        ("none", ChannelState.PAID, "paid_unexpectedly"),
        ("open", ChannelState.CANCELLED, "closed_at_wechat"),
        ("held", ChannelState.CANCELLED, "closed_at_wechat"),
        ("completing", ChannelState.CANCELLED, "closed_at_wechat"),
        ("deducting", ChannelState.EXPIRED, "closed_at_wechat"),
        ("cancelled", ChannelState.CANCELLED, ""),
        ("paid", ChannelState.CANCELLED, ""),
    ],
)
def test_what_does_not_add_up_parks_the_order(ours: str, state: ChannelState, parked: str) -> None:
    order = orders_by_charge_state()[ours]
    apply_charge_reading(order, LATER, word(order.charges[0], state, 3600))
    assert order.parked == parked


@pytest.mark.parametrize("total_fen", [None, 0, 3599, 3601])
def test_any_amount_but_ours_parks_the_order_and_is_not_counted(total_fen: int | None) -> None:
    order = orders_by_charge_state()["deducting"]
    apply_charge_reading(order, LATER, word(order.charges[0], ChannelState.PAID, total_fen))
    assert (order.parked, order.paid_fen) == ("amount_mismatch", 0)


def test_a_payment_in_part_parks_the_order() -> None:
    order = orders_by_charge_state()["deducting"]
    reading = word(order.charges[0], ChannelState.PAID, 3600).model_copy(update={"paid_fen": 3000})
    apply_charge_reading(order, LATER, reading)
    assert order.parked == "amount_mismatch"


def test_paid_before_we_knew_that_wechat_accepted_the_completion_counts() -> None:
    order = orders_by_charge_state()["completing"]
    apply_charge_reading(order, LATER, word(order.charges[0], ChannelState.PAID, 3600))
    assert order.paid_fen == 3600


def test_a_parked_order_waits_for_a_person_and_still_tells_what_happened() -> None:
    order = orders_by_charge_state()["open"]
    apply_charge_reading(order, LATER, word(order.charges[0], ChannelState.PAID, 1))
    told = order.facts[-1]
    assert (told.kind, told.data["reason"], told.data["told_fen"]) == ("order_parked", "amount_mismatch", 1)
