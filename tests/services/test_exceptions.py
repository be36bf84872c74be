"""The exceptions queue at work: raised and settled once each, whatever dies or races in between."""

import asyncio
from datetime import timedelta

import pytest

from lab.rig.orders import EVEN, ORIGIN, in_training, teach_and_charge_all
from models.authorization import AuthorizationState
from models.charge import RefundState
from models.delivery import WEBHOOK_DELAYS, DeliveryState, Receiver
from models.errors import Conflict, Declined, NotAllowed, NotFound
from models.exceptions import ExceptionCase, ExceptionKind, Owner
from models.notices import AuthorizationReading, PayNotice, PayNoticeKind, RefundReading
from models.order import Order
from models.parking import park_order
from models.refunding import begin_refund, owe_refund, refund_failed
from services.delivering import deliver_due
from services.delivery_log import replay_delivery
from services.exceptions import close_by_institution, close_by_operator
from services.notices import take_notice
from services.parking import unpark_order
from services.publishing import relay
from services.refunding import apply_refund_reading
from tests.fakes.examples import a_learner, an_endpoint
from tests.fakes.interrupting import Interrupting, KilledError, die
from tests.fakes.outside import START
from tests.fakes.world import CHARGED_TEMPLATE, World

A = "https://a.school.example/hooks"


def in_need_of_people() -> Order:
    """An order that is parked, with one refund that failed and none of it published."""
    order = in_training(prices=EVEN)
    teach_and_charge_all(order)
    charge = order.charges[0]
    owe_refund(order, START, charge.no, 100, "qa", "institution", "R1")
    begin_refund(order, START, "R1")
    refund_failed(order, START, "R1", "wechat_merchant_balance_short")
    park_order(order, START, "amount_mismatch", charge_no=charge.no)
    return order


async def queue(world: World, *, is_open: bool | None = True) -> list[ExceptionCase]:
    return await world.stores.exceptions.page(is_open=is_open, limit=100)


async def ids(world: World, *, is_open: bool | None = True) -> set[str]:
    return {case.id for case in await queue(world, is_open=is_open)}


def unknown_refund(key: str = "m:REFUND.SUCCESS:R9") -> PayNotice:
    reading = RefundReading(origin=ORIGIN, refund_no="X9-C-R9", state=RefundState.REFUNDED, amount_fen=100)
    return PayNotice(
        key=key,
        notice_id="n1",
        event="REFUND.SUCCESS",
        kind=PayNoticeKind.REFUND_SUCCEEDED,
        merchant_id="wandou",
        refund=reading,
    )


async def test_relaying_raises_what_the_facts_raise_and_settles_what_they_settle(any_world: World) -> None:
    order = in_need_of_people()
    await any_world.know(a_learner(), order)
    await relay(any_world.ports, order.no)
    assert await ids(any_world) == {f"{order.no}-order_parked", "R1-refund_failed"}
    assert {case.institution_id for case in await queue(any_world)} == {"wandou"}
    await unpark_order(any_world.ports, order.no, "compared")
    reading = RefundReading(origin=ORIGIN, refund_no="R1", state=RefundState.REFUNDED, amount_fen=100)
    await apply_refund_reading(any_world.ports, order.no, reading)
    await relay(any_world.ports, order.no)
    assert await ids(any_world) == set()
    assert {x.outcome for x in await queue(any_world, is_open=False)} == {"order_unparked", "refund_done"}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("store", "method"), [("exceptions", "save"), ("orders", "published")])
async def test_killed_around_any_write_the_next_relay_ends_in_the_same_queue(
    any_world: World, store: str, method: str, moment: str
) -> None:
    order = in_need_of_people()
    await any_world.know(a_learner(), order)
    dying = Interrupting(getattr(any_world.stores, store), method, **{moment: die})
    with pytest.raises(KilledError):
        await relay(any_world.worker(**{store: dying}), order.no)
    await relay(any_world.ports, order.no)
    assert await ids(any_world) == {f"{order.no}-order_parked", "R1-refund_failed"}
    assert (await any_world.order(order.no)).facts == []


async def test_five_workers_relaying_at_once_raise_each_exception_once(any_world: World) -> None:
    order = in_need_of_people()
    await any_world.know(a_learner(), order)
    await asyncio.gather(*(relay(any_world.worker(), order.no) for _ in range(5)))
    assert [case.version for case in await queue(any_world)] == [1, 1]


async def test_what_was_closed_meanwhile_is_not_opened_by_relaying_the_same_facts_again(world: World) -> None:
    order = in_need_of_people()
    await world.know(a_learner(), order)

    async def close() -> None:
        await close_by_operator(world.ports, f"{order.no}-order_parked", "looked at")
        await die()

    dying = Interrupting(world.stores.orders, "published", before=close)
    with pytest.raises(KilledError):
        await relay(world.worker(orders=dying), order.no)
    await relay(world.ports, order.no)
    assert await ids(world) == {"R1-refund_failed"}


async def test_money_told_of_under_a_number_that_is_not_ours_waits_for_the_operator(any_world: World) -> None:
    await asyncio.gather(*(take_notice(any_world.worker(), unknown_refund(key)) for key in ("a", "a", "b")))
    (case,) = await queue(any_world)
    assert (case.kind, case.owner, case.subject) == (ExceptionKind.NOTICE_UNKNOWN, Owner.OPERATOR, "X9-C-R9")
    assert case.detail == {"merchant": "wandou", "event": "REFUND.SUCCESS", "number": "X9-C-R9"}


async def test_killed_before_the_unknown_notice_is_done_it_is_still_raised_once(any_world: World) -> None:
    dying = Interrupting(any_world.stores.inbox, "finish", before=die)
    with pytest.raises(KilledError):
        await take_notice(any_world.worker(inbox=dying, lease=timedelta(0)), unknown_refund())
    await take_notice(any_world.ports, unknown_refund())
    assert await ids(any_world) == {"X9-C-R9-notice_unknown"}


async def test_a_permission_nobody_asked_us_about_is_no_exception(world: World) -> None:
    reading = AuthorizationReading(origin=ORIGIN, openid="o", state=AuthorizationState.ACTIVE)
    kind = PayNoticeKind.SERVICE_OPENED
    notice = PayNotice(key="k", notice_id="n", event="E", kind=kind, merchant_id="m", authorization=reading)
    await take_notice(world.ports, notice)
    assert await queue(world) == []


async def _parked(world: World) -> None:
    """Have two webhooks given up after their last try."""
    await world.know(an_endpoint(types=("order.signed", "order.placed")), in_training(prices=EVEN))
    await relay(world.ports, in_training(prices=EVEN).no)
    world.sender.answers[A] = (500, None, "refused")
    for _ in range(2 * (len(WEBHOOK_DELAYS) + 1)):
        await deliver_due(world.ports, 10)
        world.clock.advance(days=2)


async def test_deliveries_given_up_are_one_exception_an_endpoint_closed_when_the_last_is_sent_again(
    world: World,
) -> None:
    await _parked(world)
    (case,) = await queue(world)
    assert (case.id, case.owner, case.institution_id) == (
        "whe_A-delivery_parked",
        Owner.INSTITUTION,
        "wandou",
    )
    first, second = [x.id for x in await world.deliveries() if x.state is DeliveryState.PARKED]
    await replay_delivery(world.ports, "wandou", first)
    assert len(await queue(world)) == 1
    await replay_delivery(world.ports, "wandou", second)
    assert await queue(world) == []


async def test_an_endpoint_that_fails_again_after_sending_again_is_in_the_queue_again(world: World) -> None:
    await _parked(world)
    for delivery in await world.deliveries():
        await replay_delivery(world.ports, "wandou", delivery.id)
    assert await queue(world) == []
    opened_again_after = world.clock.at
    for _ in WEBHOOK_DELAYS:
        await deliver_due(world.ports, 10)
        world.clock.advance(days=2)
    await deliver_due(world.ports, 10)
    (case,) = await queue(world)
    assert case.opened_at > opened_again_after


async def test_pushes_wechat_rejects_for_good_wait_for_the_operator(world: World) -> None:
    order = in_training(prices=EVEN)
    teach_and_charge_all(order)
    await world.know(a_learner(), order)
    await world.stores.grants.add("mp-L1", CHARGED_TEMPLATE, 1)
    await relay(world.ports, order.no)
    world.messenger.refusals = [Declined("push_content_rejected", errcode=47003)] * 100
    for _ in range(8):
        await deliver_due(world.ports, 100)
        world.clock.advance(hours=2)
    kinds = {(case.subject, case.owner, case.institution_id) for case in await queue(world)}
    assert (Receiver.SUBSCRIBE_MESSAGE.value, Owner.OPERATOR, "") in kinds


async def test_an_institution_closes_its_own_and_neither_anothers_nor_the_operators(world: World) -> None:
    order = in_need_of_people()
    await world.know(a_learner(), order)
    await relay(world.ports, order.no)
    ports = world.ports
    with pytest.raises(NotFound):
        await close_by_institution(ports, "other", "R1-refund_failed", "done")
    with pytest.raises(NotAllowed):
        await close_by_institution(ports, "wandou", f"{order.no}-order_parked", "done")
    closed = await close_by_institution(ports, "wandou", "R1-refund_failed", "paid back in cash")
    assert (closed.closed_by, closed.outcome) == ("institution", "paid back in cash")
    assert await close_by_institution(ports, "wandou", "R1-refund_failed", "paid back in cash") == closed
    with pytest.raises(Conflict):
        await close_by_institution(ports, "wandou", "R1-refund_failed", "something else")
    with pytest.raises(NotFound):
        await close_by_operator(ports, "unknown", "done")


async def test_of_two_who_close_at_once_with_different_words_one_is_refused(any_world: World) -> None:
    await take_notice(any_world.ports, unknown_refund())
    closings = (close_by_operator(any_world.ports, "X9-C-R9-notice_unknown", word) for word in ("one", "two"))
    ends = await asyncio.gather(*closings, return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["Conflict", "ExceptionCase"]
