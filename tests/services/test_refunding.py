import asyncio

import pytest

from models.charge import RefundState
from models.errors import Conflict, Declined, NotFound
from models.fee_mode import Agreement
from models.order import Order
from services.refunding import owe_refund, refund, retry_refund
from tests.fakes.school_world import NO_LEASE, SCHOOL, SchoolWorld, school_world
from tests.services.test_ending import refusal_of


async def prepaid(w: SchoolWorld) -> Order:
    return await w.begin(Agreement.PAYMENT)


async def promise(w: SchoolWorld, order: Order, amount_fen: int, key: str = "a") -> Order:
    return await owe_refund(w.worker(), SCHOOL, order.no, order.charges[0].no, amount_fen, "老师生病", key)


async def test_the_same_key_is_the_same_refund_and_another_amount_is_refused() -> None:
    w = await school_world()
    order = await prepaid(w)
    once = await promise(w, order, 500)
    assert await promise(w, order, 500) == once
    with pytest.raises(Conflict, match="refund_changed"):
        await promise(w, order, 501)
    assert await w.order(order.no) == once


async def test_refunds_at_once_never_exceed_what_was_paid() -> None:
    w = await school_world()
    order = await prepaid(w)
    refusals = await asyncio.gather(*(refusal_of(promise(w, order, 1500, key)) for key in "abcd"))
    assert sorted(refusals) == ["", "", "refund_exceeds", "refund_exceeds"]
    assert (await w.order(order.no)).promised_fen == 3000


async def test_the_same_refund_promised_and_asked_for_by_five_at_once_goes_back_once() -> None:
    w = await school_world(lease=NO_LEASE)
    order = await prepaid(w)
    await asyncio.gather(*(promise(w, order, 500) for _ in range(5)))
    await asyncio.gather(*(refund(w.worker(), order.no) for _ in range(5)))
    for no in w.wechat.refunds_under_way():
        w.wechat.finish_refund(no)
    await w.wechat.deliver(w.ports)
    assert ((await w.order(order.no)).refunded_fen, w.wechat.ledger.returned_fen()) == (500, 500)
    assert w.wechat.rule_breaks == []


async def test_parts_go_out_a_minute_apart_and_all_arrive() -> None:
    w = await school_world()
    order = await prepaid(w)
    for key in "abc":
        await promise(w, order, 100, key)
    await w.live(minutes=10)
    for no in w.wechat.refunds_under_way():
        w.wechat.finish_refund(no)
    await w.live(minutes=2)
    assert (await w.order(order.no)).refunded_fen == w.wechat.ledger.returned_fen() == 300


async def test_a_failed_refund_stays_owed_is_seen_and_is_tried_again_under_its_number() -> None:
    w = await school_world()
    order = await prepaid(w)
    await promise(w, order, 500)
    await w.work()
    number = w.wechat.refunds_under_way()[0]
    w.wechat.finish_refund(number, problem="abnormal")
    await w.wechat.deliver(w.ports)
    refund = (await w.order(order.no)).charges[0].refunds[0]
    assert (refund.state, refund.problem) == (RefundState.FAILED, "abnormal")
    with pytest.raises(Conflict, match="refund_exceeds"):
        await promise(w, order, 3101, "b")
    for _ in range(2):
        await retry_refund(w.ports, SCHOOL, order.no, number)
    await w.work()
    w.wechat.finish_refund(number)
    await w.wechat.deliver(w.ports)
    order = await w.order(order.no)
    assert (order.refunded_fen, len(order.charges[0].refunds)) == (500, 1)


async def test_wechats_no_leaves_the_refund_owed_and_visible() -> None:
    w = await school_world()
    order = await prepaid(w)
    await promise(w, order, 500)
    w.wechat.fail("refund", error=Declined("wechat_merchant_balance_short", retry_helps=True))
    await w.work()
    refund = (await w.order(order.no)).charges[0].refunds[0]
    assert (refund.state, refund.problem) == (RefundState.FAILED, "wechat_merchant_balance_short")


@pytest.mark.parametrize("when", ["before", "after", "late"])
async def test_a_refund_of_unknown_outcome_is_asked_for_again_under_its_number(when: str) -> None:
    w = await school_world()
    order = await prepaid(w)
    await promise(w, order, 500)
    w.wechat.fail("refund", "before" if when == "before" else "after" if when == "after" else "late")
    await w.work()
    w.wechat.land_late_requests()
    await w.live(minutes=5)
    for no in w.wechat.refunds_under_way():
        w.wechat.finish_refund(no)
    await w.live(minutes=5)
    assert ((await w.order(order.no)).refunded_fen, w.wechat.ledger.returned_fen()) == (500, 500)


@pytest.mark.parametrize("told", [True, False])
async def test_a_no_to_asking_again_changes_nothing_when_the_money_went_back(told: bool) -> None:  # noqa: FBT001
    w = await school_world(lease=NO_LEASE)
    order = await prepaid(w)
    await promise(w, order, 500)
    w.wechat.fail("refund", "after")
    await refund(w.ports, order.no)
    w.wechat.finish_refund(w.wechat.refunds_under_way()[0])
    w.clock.advance(minutes=2)
    w.wechat.fail("refund", error=Conflict("wechat_state"))
    notices = w.wechat.take_notices()
    w.wechat.outbox = notices if told else []
    await asyncio.gather(refund(w.ports, order.no), w.wechat.deliver(w.worker()))
    order = await w.order(order.no)
    assert order.refunded_fen == w.wechat.ledger.returned_fen() == 500


async def test_a_refund_belongs_to_its_institution() -> None:
    w = await school_world()
    order = await prepaid(w)
    with pytest.raises(NotFound, match="order_not_found"):
        await owe_refund(w.ports, "another", order.no, order.charges[0].no, 1, "", "a")
    with pytest.raises(NotFound, match="charge_not_found"):
        await owe_refund(w.ports, SCHOOL, order.no, "X-other-C", 1, "", "a")
    with pytest.raises(NotFound, match="refund_not_found"):
        await retry_refund(w.ports, SCHOOL, order.no, "X-other-C-R")
    assert await w.order(order.no) == order


async def test_what_is_not_paid_yet_is_not_given_back() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    with pytest.raises(Conflict, match="charge_not_paid"):
        await promise(w, order, 1)
