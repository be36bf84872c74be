import asyncio
from datetime import timedelta

import pytest

from lab.rig.orders import ANY_REPORTS
from models.charge import ChargeState
from models.errors import Conflict, NotFound, Refusal
from models.facts import FactKind
from models.fee_mode import Agreement
from models.order import Order, OrderState
from models.policy import Policy
from services.billing import turn_billing_off
from services.ending import (
    end_by_institution,
    end_by_operator,
    end_order,
    quote_ending,
    show_receipt,
    withdraw_order,
)
from services.lessons import confirm_lesson
from tests.fakes.school_world import NO_LEASE, SCHOOL, SchoolWorld, school_world

PAY_LATER = [Agreement.AUTHORIZATION, Agreement.NEED_CONFIRM, Agreement.PLAN]


async def half_taught(w: SchoolWorld, agreement: Agreement) -> Order:
    """Lesson 1 charged where that is done lesson by lesson, lesson 2 taught and not yet confirmed."""
    order = await w.begin(agreement)
    w.clock.advance(minutes=1)
    await w.teach(order.no, 1)
    await collect(w)
    await w.report(order.no, 2)
    return await w.order(order.no)


async def collect(w: SchoolWorld) -> None:
    for _ in range(6):
        await w.live(minutes=1)
        for no in w.wechat.waiting_for_money():
            w.wechat.deduct(no)
        for no in w.wechat.refunds_under_way():
            w.wechat.finish_refund(no)


@pytest.mark.parametrize("agreement", PAY_LATER)
async def test_what_the_quote_says_is_what_is_charged_to_the_fen(agreement: Agreement) -> None:
    w = await school_world()
    order = await half_taught(w, agreement)
    quote = await quote_ending(w.ports, w.learner.id, order.no)
    await end_order(w.ports, w.learner.id, order.no, quote.id)
    await collect(w)
    order = await w.order(order.no)
    assert (order.state, order.paid_fen, quote.due_fen) == (OrderState.SETTLED, 1900, 1900)
    assert w.wechat.ledger.taken_fen() == 1900
    receipt = await show_receipt(w.ports, w.learner.id, order.no)
    assert (receipt.paid_fen, receipt.still_due_fen, receipt.lessons_never_charged) == (1900, 0, 2)


async def test_of_a_prepaid_course_the_rest_less_the_fee_comes_back() -> None:
    w = await school_world(policy=Policy(reports=ANY_REPORTS, prepay_refund_fee_percent=10))
    order = await half_taught(w, Agreement.PAYMENT)
    quote = await quote_ending(w.ports, w.learner.id, order.no)
    assert (quote.due_fen, quote.fee_fen, quote.back_fen) == (1900, 170, 1530)
    await end_order(w.ports, w.learner.id, order.no, quote.id)
    await collect(w)
    assert w.wechat.ledger.returned_fen() == quote.back_fen == (await w.order(order.no)).refunded_fen


@pytest.mark.parametrize("agreement", PAY_LATER)
async def test_nothing_taught_nothing_charged_and_nothing_left_open_at_wechat(agreement: Agreement) -> None:
    w = await school_world()
    order = await w.begin(agreement)
    quote = await quote_ending(w.ports, w.learner.id, order.no)
    await end_order(w.ports, w.learner.id, order.no, quote.id)
    await collect(w)
    assert (await w.order(order.no)).state is OrderState.CANCELLED
    assert not any(service.is_unfinished for service in w.wechat.services.values())
    assert {signature.state for signature in w.wechat.signatures.values()} <= {"SIGN_PLAN_CANCEL"}


async def refusal_of(call: object) -> str:
    try:
        await call  # type: ignore[misc] # a coroutine of either shape
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("agreement", list(Agreement))
async def test_of_two_endings_at_once_one_wins_and_the_order_is_fenced_once(agreement: Agreement) -> None:
    w = await school_world()
    order = await half_taught(w, agreement)
    quote = await quote_ending(w.ports, w.learner.id, order.no)
    refusals = await asyncio.gather(
        refusal_of(end_order(w.worker(), w.learner.id, order.no, quote.id)),
        refusal_of(end_by_institution(w.worker(), SCHOOL, order.no, "老师离职")),
        refusal_of(end_by_operator(w.worker(), order.no, "投诉")),
    )
    order = await w.order(order.no)
    assert order.fence is not None
    assert [fact.kind for fact in order.facts].count(FactKind.ORDER_ENDED) == 1
    assert refusals[0] == ("" if order.fence.by == "learner" else "order_already_ended")
    assert list(refusals[1:]) == ["", ""]


async def test_the_same_acceptance_five_times_at_once_is_one() -> None:
    w = await school_world()
    order = await half_taught(w, Agreement.AUTHORIZATION)
    quote = await quote_ending(w.ports, w.learner.id, order.no)
    ended = await asyncio.gather(*(end_order(w.worker(), w.learner.id, order.no, quote.id) for _ in range(5)))
    assert len({order.fence.receipt_no for order in ended if order.fence}) == 1


async def test_an_expired_quote_and_a_stale_one_end_nothing() -> None:
    w = await school_world()
    order = await half_taught(w, Agreement.AUTHORIZATION)
    old = await quote_ending(w.ports, w.learner.id, order.no)
    w.clock.advance(minutes=10)
    with pytest.raises(Conflict, match="quote_expired"):
        await end_order(w.ports, w.learner.id, order.no, old.id)
    stale = await quote_ending(w.ports, w.learner.id, order.no)
    await confirm_lesson(w.ports, w.learner.id, order.no, 2, "miniprogram")
    with pytest.raises(Conflict, match="quote_stale"):
        await end_order(w.ports, w.learner.id, order.no, stale.id)
    with pytest.raises(Conflict, match="quote_expired"):
        await end_order(w.ports, w.learner.id, order.no, old.id)
    with pytest.raises(NotFound, match="quote_not_found"):
        await end_order(w.ports, w.learner.id, order.no, "Q1")
    assert (await w.order(order.no)).fence is None


async def test_a_report_and_an_acceptance_at_once_leave_no_lesson_between_them() -> None:
    """Either the report came first and the quote is stale, or the ending did and the lesson is never charged."""
    for _ in range(4):
        w = await school_world()
        order = await half_taught(w, Agreement.NEED_CONFIRM)
        quote = await quote_ending(w.ports, w.learner.id, order.no)
        refused, outcomes = await asyncio.gather(
            refusal_of(end_order(w.worker(), w.learner.id, order.no, quote.id)), w.report(order.no, 3)
        )
        order = await w.order(order.no)
        assert (refused == "quote_stale") is outcomes[0].taken is (order.fence is None)


async def test_an_ending_while_a_deduction_is_in_flight_changes_nothing_about_it() -> None:
    w = await school_world()
    order = await w.begin(Agreement.PLAN)
    w.clock.advance(minutes=1)
    await w.teach(order.no, 1)
    await w.live(minutes=1)
    charge = w.wechat.services[order.charges[0].no]
    charge.in_flight = True
    await end_by_institution(w.ports, SCHOOL, order.no, "老师离职")
    await w.live(minutes=10)
    assert (await w.order(order.no)).charges[0].state is ChargeState.DEDUCTING
    charge.in_flight = False
    await collect(w)
    order = await w.order(order.no)
    assert (order.state, order.paid_fen) == (OrderState.SETTLED, 1000)


async def test_an_ending_by_the_institution_keeps_the_learners_window() -> None:
    w = await school_world()
    order = await half_taught(w, Agreement.AUTHORIZATION)
    await w.look(order.no)
    await end_by_institution(w.ports, SCHOOL, order.no, "老师离职")
    await w.live(hours=47)
    assert (await w.order(order.no)).state is OrderState.IN_TRAINING
    await w.live(hours=2)
    await w.look(order.no)
    await collect(w)
    order = await w.order(order.no)
    assert (order.state, order.paid_fen) == (OrderState.SETTLED, 1900)


@pytest.mark.parametrize("agreement", list(Agreement))
async def test_an_order_taken_back_leaves_nothing_behind(agreement: Agreement) -> None:
    w = await school_world(lease=NO_LEASE)
    placed = await w.place(agreement)
    for _ in range(2):
        await withdraw_order(w.ports, w.learner.id, placed.order.no)
    await w.live(hours=5)
    order = await w.order(placed.order.no)
    assert order.state is OrderState.CANCELLED
    assert {charge.state for charge in order.charges} == {ChargeState.CANCELLED}
    assert not any(service.is_unfinished for service in w.wechat.services.values())


@pytest.mark.parametrize("agreement", [Agreement.NEED_CONFIRM, Agreement.PAYMENT])
async def test_taken_back_and_agreed_to_at_once_costs_nothing(agreement: Agreement) -> None:
    w = await school_world()
    placed = await w.place(agreement)
    w.agree(placed.order)
    await asyncio.gather(
        refusal_of(withdraw_order(w.worker(), w.learner.id, placed.order.no)), w.wechat.deliver(w.worker())
    )
    order = await w.order(placed.order.no)
    if order.state is OrderState.IN_TRAINING:
        return
    await collect(w)
    assert w.wechat.ledger.taken_fen() == w.wechat.ledger.returned_fen()
    assert not any(service.is_unfinished for service in w.wechat.services.values())


async def test_an_order_that_has_begun_cannot_be_taken_back() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    with pytest.raises(Conflict, match="order_has_begun"):
        await withdraw_order(w.ports, w.learner.id, order.no)
    assert await w.order(order.no) == order


async def test_another_learner_or_institution_ends_nothing() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    for call in (
        quote_ending(w.ports, "L2", order.no),
        end_order(w.ports, "L2", order.no, "Q"),
        end_by_institution(w.ports, "another", order.no, ""),
        show_receipt(w.ports, "L2", order.no),
        withdraw_order(w.ports, "L2", order.no),
    ):
        assert await refusal_of(call) == "order_not_found"
    assert await w.order(order.no) == order


async def test_billing_off_and_an_accepted_quote_at_once_fence_the_order_once() -> None:
    w = await school_world()
    order = await half_taught(w, Agreement.AUTHORIZATION)
    quote = await quote_ending(w.ports, w.learner.id, order.no)
    await asyncio.gather(
        refusal_of(end_order(w.worker(), w.learner.id, order.no, quote.id)),
        turn_billing_off(w.worker(), w.learner, SCHOOL),
    )
    order = await w.order(order.no)
    assert [fact.kind for fact in order.facts].count(FactKind.ORDER_ENDED) == 1


async def test_an_ending_follows_a_report_of_a_process_whose_clock_is_ahead() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    w.clock.advance(seconds=2)
    await w.report(order.no, 1)
    w.clock.at -= timedelta(seconds=2)
    quote = await quote_ending(w.ports, w.learner.id, order.no)
    order = await end_order(w.ports, w.learner.id, order.no, quote.id)
    assert (quote.due_fen, order.owed_fen) == (1000, 1000)
