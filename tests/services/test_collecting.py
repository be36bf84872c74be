import asyncio

import pytest

from models.charge import PAID_OUTSIDE, ChargeState
from models.errors import Conflict, Declined, NotFound, OutsideFailure
from models.facts import FactKind
from models.fee_mode import Agreement
from models.order import Order, OrderState
from services.collecting import lower_charge, report_outside_payment, view_charge
from tests.fakes.school_world import SCHOOL, SchoolWorld, school_world
from tests.services.test_ending import collect, refusal_of


async def overdue(w: SchoolWorld) -> Order:
    """A course of 3600 fen WeChat was asked for and has not got yet."""
    order = await w.begin(Agreement.NEED_CONFIRM)
    w.clock.advance(minutes=1)
    await w.teach(order.no, 1, 2, 3, 4)
    await w.work()
    return await w.order(order.no)


async def less(w: SchoolWorld, order: Order, amount_fen: int) -> Order:
    return await lower_charge(w.worker(), SCHOOL, order.no, order.charges[0].no, amount_fen, "少上一节")


async def outside(w: SchoolWorld, order: Order) -> Order:
    return await report_outside_payment(w.worker(), SCHOOL, order.no, order.charges[0].no, w.clock.at, "cash")


async def test_the_lower_amount_is_what_is_taken() -> None:
    w = await school_world()
    order = await overdue(w)
    assert (await less(w, order, 3000)) == (await less(w, order, 3000))
    await collect(w)
    order = await w.order(order.no)
    assert (order.state, order.paid_fen, w.wechat.ledger.taken_fen()) == (OrderState.SETTLED, 3000, 3000)
    assert [fact.kind for fact in order.facts].count(FactKind.CHARGE_LOWERED) == 1


async def test_lowered_again_and_again_but_never_up() -> None:
    w = await school_world()
    order = await overdue(w)
    for amount_fen in (3000, 2500):
        await less(w, order, amount_fen)
    with pytest.raises(Conflict, match="amount_not_lower"):
        await less(w, order, 2600)
    await collect(w)
    assert (await w.order(order.no)).paid_fen == 2500


@pytest.mark.parametrize("amounts", [(3000, 2000), (2000, 3000), (2000, 2000)])
async def test_two_lowerings_at_once_leave_us_and_wechat_with_the_same_amount(amounts: tuple[int, int]) -> None:
    w = await school_world()
    order = await overdue(w)
    await asyncio.gather(*(refusal_of(less(w, order, amount_fen)) for amount_fen in amounts))
    await collect(w)
    order = await w.order(order.no)
    assert (order.state, order.parked) == (OrderState.SETTLED, "")
    assert order.paid_fen == w.wechat.ledger.taken_fen()
    assert order.paid_fen in amounts


@pytest.mark.parametrize("when", ["before", "after", "late"])
async def test_a_lowering_of_unknown_outcome_parks_nothing_whatever_became_of_it(when: str) -> None:
    w = await school_world()
    order = await overdue(w)
    w.wechat.fail("lower_service", "before" if when == "before" else "after" if when == "after" else "late")
    with pytest.raises(OutsideFailure):
        await less(w, order, 3000)
    w.wechat.land_late_requests()
    await w.live(hours=2)
    await collect(w)
    order = await w.order(order.no)
    assert (order.state, order.parked) == (OrderState.SETTLED, "")
    assert order.paid_fen == w.wechat.ledger.taken_fen() == (3600 if when == "before" else 3000)


async def test_wechats_no_to_a_lowering_is_handed_on_and_leaves_the_amount() -> None:
    w = await school_world()
    order = await overdue(w)
    w.wechat.fail("lower_service", error=Conflict("wechat_in_progress"))
    with pytest.raises(Conflict, match="wechat_in_progress"):
        await less(w, order, 3000)
    assert (await w.order(order.no)).charges[0].lowered_to_fen is None
    w.wechat.fail("lower_service", error=Declined("wechat_request_rejected"))
    with pytest.raises(Declined):
        await less(w, order, 3000)
    await collect(w)
    assert (await w.order(order.no)).paid_fen == 3600


async def test_paid_outside_is_told_at_once_and_nothing_is_deducted_any_more() -> None:
    w = await school_world()
    order = await overdue(w)
    paid = await outside(w, order)
    assert (paid.charges[0].state, paid.charges[0].paid_how) == (ChargeState.PAID, PAID_OUTSIDE)
    assert await outside(w, order) == paid
    await collect(w)
    assert (paid.state, w.wechat.ledger.taken_fen()) == (OrderState.SETTLED, 0)


@pytest.mark.parametrize("error", [None, Conflict("wechat_in_progress")])
async def test_while_wechat_cannot_hear_of_it_the_job_tells_it_again(error: Conflict | None) -> None:
    w = await school_world()
    order = await overdue(w)
    w.wechat.fail("sync_paid", error=error, times=2)
    told = await outside(w, order)
    assert told.charges[0].state is ChargeState.DEDUCTING
    await w.live(minutes=10)
    assert (await w.order(order.no)).charges[0].paid_how == PAID_OUTSIDE
    assert w.wechat.calls.count("sync_paid") == 3


async def test_if_both_sides_took_money_wechats_side_goes_back_whole() -> None:
    w = await school_world()
    order = await overdue(w)
    w.wechat.fail("sync_paid")
    await outside(w, order)
    w.wechat.deduct(order.charges[0].no)
    await collect(w)
    order = await w.order(order.no)
    assert (order.refunded_fen, order.state) == (3600, OrderState.SETTLED)
    assert w.wechat.ledger.taken_fen() == w.wechat.ledger.returned_fen() == 3600


async def test_paid_outside_and_deducted_at_once_is_kept_once() -> None:
    for first in (0, 1):
        w = await school_world()
        order = await overdue(w)
        w.wechat.deduct(order.charges[0].no)
        calls = [refusal_of(outside(w, order)), w.wechat.deliver(w.worker())]
        await asyncio.gather(*(calls if first else calls[::-1]))
        await collect(w)
        kept_fen = w.wechat.ledger.taken_fen() - w.wechat.ledger.returned_fen()
        reported = (await w.order(order.no)).charges[0].outside_payment is not None
        assert kept_fen == (0 if reported else 3600)


async def test_an_overdue_learner_is_reminded_and_can_look_and_pay_in_wechat() -> None:
    w = await school_world()
    order = await overdue(w)
    await w.live(days=8)
    told = [fact for fact in (await w.order(order.no)).facts if fact.kind is FactKind.CHARGE_OVERDUE]
    assert [fact.data["last"] for fact in told] == [False, False, True]
    call = await view_charge(w.ports, w.learner.id, order.no, order.charges[0].no)
    assert call.params["out_order_no"] == order.charges[0].no
    assert w.wechat.calls.count("complete_service") == 1


async def test_strangers_lower_report_and_look_at_nothing() -> None:
    w = await school_world()
    order = await overdue(w)
    charge_no = order.charges[0].no
    for call in (
        lower_charge(w.ports, "another", order.no, charge_no, 1, ""),
        report_outside_payment(w.ports, "another", order.no, charge_no, w.clock.at, ""),
        view_charge(w.ports, "L2", order.no, charge_no),
    ):
        with pytest.raises(NotFound, match="order_not_found"):
            await call
    assert await w.order(order.no) == order
