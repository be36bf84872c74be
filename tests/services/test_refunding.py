import asyncio
from contextlib import suppress

import pytest
from pydantic import SecretStr

from models.charge import RefundState
from models.errors import Conflict, Declined, NotFound, OutsideFailure
from models.fee_mode import Agreement
from models.notices import BankCard
from models.order import Order
from services.notices import take_notice
from services.refunding import (
    owe_refund,
    redirect_refund,
    refund,
    retry_refund,
    settle_refund_by_operator,
    settle_refund_outside,
)
from tests.fakes.mortal import Killed, Mortality
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
    w.wechat.fail("refund", error=Declined("wechat_merchant_balance_short", retry_helps=True))
    await w.work()
    refund = (await w.order(order.no)).charges[0].refunds[0]
    assert (refund.state, refund.problem) == (RefundState.FAILED, "wechat_merchant_balance_short")
    number = refund.no
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


CARD = BankCard(bank_type="CMB_DEBIT", number=SecretStr("6225880000001234"), holder=SecretStr("张三"))


async def abnormal(w: SchoolWorld) -> tuple[Order, str]:
    """A refund its account did not take."""
    order = await prepaid(w)
    await promise(w, order, 500)
    await w.work()
    number = w.wechat.refunds_under_way()[0]
    w.wechat.finish_refund(number, problem="abnormal")
    await w.wechat.deliver(w.ports)
    return await w.order(order.no), number


async def test_a_closed_refund_goes_back_under_a_new_number() -> None:
    w = await school_world()
    order = await prepaid(w)
    await promise(w, order, 500)
    await w.work()
    number = w.wechat.refunds_under_way()[0]
    w.wechat.finish_refund(number, problem="closed")
    await w.live(hours=2)
    assert w.wechat.refunds_under_way() == [f"{number}_2"]
    w.wechat.finish_refund(f"{number}_2")
    await w.live(minutes=5)
    order = await w.order(order.no)
    assert (order.refunded_fen, w.wechat.ledger.returned_fen()) == (500, 500)
    assert w.wechat.rule_breaks == []


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_at_any_write_a_closed_refund_is_tried_again_once(when: str) -> None:
    for at in range(4):
        w = await school_world(lease=NO_LEASE)
        order = await prepaid(w)
        await promise(w, order, 500)
        await w.work()
        number = w.wechat.refunds_under_way()[0]
        w.wechat.finish_refund(number, problem="closed")
        (notice,) = w.wechat.take_notices()
        dying = Mortality(at, "before" if when == "before" else "after")
        with suppress(Killed):
            await take_notice(w.worker(**dying.stores(w.open_stores())), notice)
        await take_notice(w.ports, notice)
        await w.live(hours=2)
        assert w.wechat.refunds_under_way() == [f"{number}_2"]
        assert (await w.order(order.no)).promised_fen == 500


async def test_an_abnormal_refund_is_sent_to_another_card_that_is_kept_nowhere() -> None:
    w = await school_world()
    order, number = await abnormal(w)
    order = await redirect_refund(w.ports, SCHOOL, order.no, number, CARD)
    assert order.charges[0].refunds[0].state is RefundState.REFUNDING
    assert w.wechat.refunds[number].card == CARD
    assert "6225880000001234" not in order.model_dump_json()
    assert "6225880000001234" not in repr(CARD)
    await redirect_refund(w.ports, SCHOOL, order.no, number, CARD)
    assert w.wechat.calls.count("redirect_refund") == 1
    w.wechat.finish_refund(number)
    w.wechat.take_notices()
    await w.live(minutes=5)
    assert (await w.order(order.no)).refunded_fen == w.wechat.ledger.returned_fen() == 500


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_redirection_of_unknown_outcome_is_asked_about(when: str) -> None:
    w = await school_world()
    order, number = await abnormal(w)
    w.wechat.fail("redirect_refund", "before" if when == "before" else "after")
    with pytest.raises(OutsideFailure):
        await redirect_refund(w.ports, SCHOOL, order.no, number, CARD)
    await w.live(minutes=5)
    refund = (await w.order(order.no)).charges[0].refunds[0]
    if when == "before":
        assert (refund.state, refund.problem) == (RefundState.FAILED, "abnormal")
        await redirect_refund(w.ports, SCHOOL, order.no, number, CARD)
    w.wechat.finish_refund(number)
    await w.live(hours=1)
    assert (await w.order(order.no)).refunded_fen == 500


async def test_wechats_no_to_a_redirection_leaves_the_refund_abnormal() -> None:
    w = await school_world()
    order, number = await abnormal(w)
    w.wechat.fail("redirect_refund", error=Declined("wechat_request_rejected"))
    with pytest.raises(Declined):
        await redirect_refund(w.ports, SCHOOL, order.no, number, CARD)
    refund = (await w.order(order.no)).charges[0].refunds[0]
    assert (refund.state, refund.problem) == (RefundState.FAILED, "abnormal")


async def test_wechats_number_of_a_refund_is_asked_for_where_it_was_not_kept() -> None:
    w = await school_world()
    order, number = await abnormal(w)
    before = order.model_dump()
    order.charges[0].refunds[0].refund_id = ""
    await w.ports.orders.save(order, before)
    await redirect_refund(w.ports, SCHOOL, order.no, number, CARD)
    assert w.wechat.refunds[number].state is RefundState.REFUNDING


async def test_sent_to_the_merchant_it_is_settled_outside_and_never_counted_twice() -> None:
    w = await school_world()
    order, number = await abnormal(w)
    await redirect_refund(w.ports, SCHOOL, order.no, number, None)
    w.wechat.finish_refund(number)
    await w.wechat.deliver(w.ports)
    order = await w.order(order.no)
    assert (order.refunded_fen, order.charges[0].refunds[0].problem) == (0, "back_at_merchant")
    for _ in range(2):
        order = await settle_refund_outside(w.ports, SCHOOL, order.no, number, "转账 0001")
    assert (order.refunded_fen, w.wechat.ledger.returned_fen()) == (500, 0)
    with pytest.raises(NotFound, match="order_not_found"):
        await settle_refund_outside(w.ports, "another", order.no, number, "转账 0001")


async def test_the_operator_may_record_it_too() -> None:
    w = await school_world()
    order, number = await abnormal(w)
    order = await settle_refund_by_operator(w.ports, order.no, number, "转账 0001")
    assert (order.refunded_fen, order.facts[-1].by) == (500, "operator")


async def test_an_abnormal_refund_seen_to_in_wechats_console_is_found_by_asking() -> None:
    w = await school_world()
    order, number = await abnormal(w)
    w.wechat.refunds[number].state, w.wechat.refunds[number].problem = RefundState.REFUNDING, ""
    w.wechat.finish_refund(number)
    w.wechat.take_notices()
    await w.live(days=2)
    assert (await w.order(order.no)).refunded_fen == 500
