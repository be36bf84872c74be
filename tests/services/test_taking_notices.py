"""Taking a notice only writes down what it says: WeChat waits five seconds, so nobody outside is asked meanwhile."""

from collections.abc import Callable

import pytest

from lab.rig.orders import HOUR, NOON, ORIGIN, in_training, plan_word, settle, teach_and_confirm, waiting, word
from models.authorization import Authorization, AuthorizationState, authorization_id
from models.charge import ChannelState, RefundState
from models.facts import FactKind
from models.fee_mode import Agreement
from models.notices import AuthorizationReading, PayNotice, PayNoticeKind, RefundReading
from models.order import Order
from models.refunding import begin_refund
from services.notices import take_notice
from tests.fakes.histories import DAY, refunded
from tests.fakes.world import World

Scenario = Callable[[], tuple[Order, PayNotice]]


def notice(kind: PayNoticeKind, **says: object) -> PayNotice:
    known = {"key": f"key-{kind}", "notice_id": "n", "event": kind, "kind": kind, "merchant_id": "m1"}
    return PayNotice.model_validate(known | says)


def confirmed() -> tuple[Order, PayNotice]:
    order = waiting(Agreement.NEED_CONFIRM)
    return order, notice(PayNoticeKind.ORDER_CONFIRMED, charge=word(order.charges[0], ChannelState.IN_SERVICE))


def paid() -> tuple[Order, PayNotice]:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, NOON + DAY, pay=False)
    return order, notice(PayNoticeKind.ORDER_PAID, charge=word(order.charges[0], ChannelState.PAID, order.price_fen))


def prepaid() -> tuple[Order, PayNotice]:
    order = waiting(Agreement.PAYMENT)
    reading = word(order.charges[0], ChannelState.PAID, order.price_fen)
    return order, notice(PayNoticeKind.PAYMENT_SUCCEEDED, charge=reading)


def signed() -> tuple[Order, PayNotice]:
    order = waiting(Agreement.PLAN)
    return order, notice(PayNoticeKind.PLAN_SIGNED, plan=plan_word(order, "signed"))


def plan_cancelled() -> tuple[Order, PayNotice]:
    order = in_training(Agreement.PLAN)
    return order, notice(PayNoticeKind.PLAN_CANCELLED, plan=plan_word(order, "cancelled", NOON + HOUR))


def given_back() -> tuple[Order, PayNotice]:
    order = refunded()
    refund = order.charges[0].refunds[1]
    refund.no = f"{order.charges[0].no}-R2"
    begin_refund(order, NOON, refund.no)
    reading = RefundReading(
        origin=ORIGIN, refund_no=refund.no, state=RefundState.REFUNDED, amount_fen=refund.amount_fen
    )
    return order, notice(PayNoticeKind.REFUND_SUCCEEDED, refund=reading)


def permission(kind: PayNoticeKind, state: AuthorizationState, order: Order) -> tuple[Order, PayNotice]:
    reading = AuthorizationReading(origin=order.channel.origin, openid=order.buyer.openid, state=state, at=NOON + HOUR)
    return order, notice(kind, authorization=reading)


def service_opened() -> tuple[Order, PayNotice]:
    order = waiting()
    order.ask_at = NOON + 30 * DAY  # a job goes on with it, which the notice only wakes
    return permission(PayNoticeKind.SERVICE_OPENED, AuthorizationState.ACTIVE, order)


def service_closed() -> tuple[Order, PayNotice]:
    return permission(PayNoticeKind.SERVICE_CLOSED, AuthorizationState.CLOSED, in_training())


SCENARIOS: tuple[Scenario, ...] = (
    confirmed,
    paid,
    prepaid,
    signed,
    plan_cancelled,
    given_back,
    service_opened,
    service_closed,
)


async def a_world(order: Order) -> World:
    """Know the order and its learner's permission; WeChat is nobody's to ask here."""
    world = World()
    await world.know(order)
    service_id = order.channel.service_id or ""
    state = AuthorizationState.ACTIVE if order.signed_at else AuthorizationState.APPLIED
    await world.stores.authorizations.save(
        Authorization(
            id=authorization_id(order.buyer.learner_id, service_id, None),
            learner_id=order.buyer.learner_id,
            openid=order.buyer.openid,
            channel=order.channel,
            state=state,
            code="A1",
            applied_at=NOON,
            changed_at=NOON,
        )
    )
    return world


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_taking_a_notice_changes_the_order_and_asks_wechat_nothing(scenario: Scenario) -> None:
    order, told = scenario()
    world = await a_world(order)
    await take_notice(world.ports, told)
    after = await world.stores.orders.get(order.no)
    assert after is not None
    assert after.version > order.version


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_each_kind_of_notice_is_known_again_by_itself(scenario: Scenario) -> None:
    order, told = scenario()
    world = await a_world(order)
    await take_notice(world.ports, told)
    once = await world.stores.orders.get(order.no)
    for _ in range(2):
        await take_notice(world.ports, told)
    assert await world.stores.orders.get(order.no) == once


async def test_confirmed_and_paid_are_two_notices_of_one_order() -> None:
    order, told = paid()
    world = await a_world(order)
    confirmed_late = notice(
        PayNoticeKind.ORDER_CONFIRMED, charge=word(order.charges[0], ChannelState.IN_SERVICE, order.price_fen)
    )
    await take_notice(world.ports, confirmed_late)
    await take_notice(world.ports, told)
    after = await world.stores.orders.get(order.no)
    assert after is not None
    assert [fact.kind for fact in after.facts].count(FactKind.CHARGE_PAID) == 1
