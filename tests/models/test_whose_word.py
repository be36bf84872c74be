"""A word of WeChat binds only its own merchant: whatever comes from elsewhere changes nothing at all."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from lab.rig.orders import HOUR, NOON, in_training, plan_word, settle, teach_and_confirm, waiting, word
from models.authorization import Authorization, AuthorizationState, apply_authorization_reading, authorization_id
from models.charge import ChannelState, RefundState
from models.errors import Conflict, ForeignWord, NotFound
from models.fee_mode import Agreement
from models.merchant import NO_SERVICE, Channel, Merchant, Origin, resolve_channel
from models.notices import RefundReading
from models.order import Order
from models.planning import apply_plan_reading
from models.readings import apply_charge_reading
from models.refunding import apply_refund_reading
from tests.fakes.histories import refunded

LATER = NOON + HOUR
OWN = Origin(merchant_id="m1", mchid="1900000001", appid="wx1")
SCHOOL = Channel(
    merchant_id="m1", mchid="1900000001", appid="wx1", service_id="s1", sub_mchid="1900000109", sub_appid="wx2"
)

FOREIGN = [
    pytest.param({"merchant_id": "m2"}, id="another merchant's address and key"),
    pytest.param({"mchid": "1900000002"}, id="another account"),
    pytest.param({"sub_mchid": "1900000109"}, id="a school of a partner"),
    pytest.param({"appid": "wx9"}, id="another app"),
    pytest.param({"service_id": "service-of-others"}, id="another service"),
]

Act = Callable[[Order, Origin], None]


def prepaying() -> tuple[Order, Act]:
    order = waiting(Agreement.PAYMENT)
    return order, lambda order, origin: _charge(order, origin, ChannelState.PAID, 120_000)


def deducting() -> tuple[Order, Act]:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, NOON + 2 * HOUR, pay=False)
    return order, lambda order, origin: _charge(order, origin, ChannelState.PAID, 3600)


def running() -> tuple[Order, Act]:
    return in_training(), lambda order, origin: _charge(order, origin, ChannelState.PAID, 1)


def confirming() -> tuple[Order, Act]:
    return waiting(Agreement.NEED_CONFIRM), lambda order, origin: _charge(order, origin, ChannelState.IN_SERVICE)


def closing() -> tuple[Order, Act]:
    return in_training(), lambda order, origin: _charge(order, origin, ChannelState.CANCELLED)


def signing() -> tuple[Order, Act]:
    return waiting(Agreement.PLAN), lambda order, origin: _plan(order, origin, "signed")


def cancelling_a_plan() -> tuple[Order, Act]:
    return in_training(Agreement.PLAN), lambda order, origin: _plan(order, origin, "cancelled")


def refunding() -> tuple[Order, Act]:
    def act(order: Order, origin: Origin) -> None:
        no = order.charges[0].refunds[1].no
        done = RefundReading(origin=origin, refund_no=no, state=RefundState.REFUNDED)
        apply_refund_reading(order, NOON + timedelta(days=3), done)

    return refunded(), act


def _charge(order: Order, origin: Origin, state: ChannelState, total_fen: int | None = None) -> None:
    reading = word(order.charges[0], state, total_fen).model_copy(update={"origin": origin})
    apply_charge_reading(order, LATER, reading)


def _plan(order: Order, origin: Origin, state: str) -> None:
    apply_plan_reading(order, LATER, plan_word(order, state).model_copy(update={"origin": origin}), "R1")


def numbers_of(order: Order) -> set[str]:
    refunds = {refund.no for charge in order.charges for refund in charge.refunds}
    return {f"{order.no}-S", *(charge.no for charge in order.charges), *refunds}


STORIES = [prepaying, deducting, running, confirming, closing, signing, cancelling_a_plan, refunding]


@pytest.mark.parametrize("change", FOREIGN)
@pytest.mark.parametrize("story", STORIES)
def test_a_word_from_elsewhere_changes_nothing_at_all(
    story: Callable[[], tuple[Order, Act]], change: dict[str, str]
) -> None:
    order, act = story()
    before = order.model_copy(deep=True)
    with pytest.raises(ForeignWord) as caught:
        act(order, OWN.model_copy(update=change))
    assert order == before
    assert caught.value.detail["number"] in numbers_of(order)
    assert isinstance(caught.value, Conflict)


@pytest.mark.parametrize("story", STORIES)
def test_the_same_word_from_the_order_s_own_channel_is_taken(story: Callable[[], tuple[Order, Act]]) -> None:
    order, act = story()
    before = order.model_copy(deep=True)
    act(order, OWN)
    assert order != before


@pytest.mark.parametrize("change", FOREIGN)
@pytest.mark.parametrize("state", [AuthorizationState.ACTIVE, AuthorizationState.CLOSED])
def test_a_permission_opens_and_closes_by_the_word_of_its_own_service_only(
    change: dict[str, str], state: AuthorizationState
) -> None:
    channel = Channel(merchant_id="m1", mchid="1900000001", appid="wx1", service_id="s1")
    permission = Authorization(
        id=authorization_id("L1", "s1", None),
        learner_id="L1",
        openid="o",
        channel=channel,
        state=AuthorizationState.APPLIED if state is AuthorizationState.ACTIVE else AuthorizationState.ACTIVE,
        code="A1",
        applied_at=NOON,
        changed_at=NOON,
    )
    before = permission.model_copy(deep=True)
    elsewhere = channel.origin.model_copy(update=change)
    with pytest.raises(ForeignWord):
        apply_authorization_reading(permission, LATER, elsewhere, state, LATER, is_answer=False)
    assert permission == before
    assert apply_authorization_reading(permission, LATER, channel.origin, state, LATER, is_answer=False)


def test_a_payment_is_no_word_about_a_service_order_nor_the_other_way_round() -> None:
    order = in_training()
    with pytest.raises(ForeignWord):
        _charge(order, OWN.model_copy(update={"service_id": NO_SERVICE}), ChannelState.PAID, 1)
    order = waiting(Agreement.PAYMENT)
    with pytest.raises(ForeignWord):
        _charge(order, OWN.model_copy(update={"service_id": "service-payment"}), ChannelState.PAID, order.price_fen)


def test_a_plan_notice_is_about_this_plan_and_no_other_number() -> None:
    order = waiting(Agreement.PLAN)
    reading = plan_word(order, "signed").model_copy(update={"plan_no": f"{order.no}-C"})
    with pytest.raises(NotFound, match="plan_not_found"):
        apply_plan_reading(order, LATER, reading, "R1")
    with pytest.raises(NotFound, match="plan_not_found"):
        apply_plan_reading(in_training(), LATER, plan_word(order, "cancelled"), "R1")


@pytest.mark.parametrize(
    ("change", "owns"),
    [
        ({}, True),
        ({"sub_appid": None, "appid": None, "service_id": None}, True),
        ({"sub_mchid": None}, False),
        ({"sub_mchid": "1900000110"}, False),
        ({"sub_appid": "wx3"}, False),
        ({"appid": "wx2"}, False),
        ({"service_id": "s2"}, False),
        ({"service_id": NO_SERVICE}, False),
        ({"mchid": "1900000109"}, False),
        ({"merchant_id": "m2"}, False),
    ],
)
def test_schools_of_one_partner_are_kept_apart(change: dict[str, str | None], *, owns: bool) -> None:
    assert SCHOOL.owns(SCHOOL.origin.model_copy(update=change)) is owns


def test_an_ordinary_payment_belongs_to_no_service_whatever_is_configured() -> None:
    merchant = Merchant(id="m1", mchid="1", appid="wx1", services={Agreement.PAYMENT: "s9"}, risk_cap_fen=1)
    channel = resolve_channel(merchant, Agreement.PAYMENT)
    assert (channel.service_id, channel.origin.service_id) == (None, NO_SERVICE)
