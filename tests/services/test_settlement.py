import asyncio
from datetime import datetime

import pytest

from jobs.runs import settle as settle_job
from models.charge import ChargeState
from models.errors import Conflict, Declined, OutsideFailure
from models.fee_mode import Agreement
from models.order import Order, OrderState, PlanState
from models.steps import PATIENCE
from services.changing import change
from services.ending import end_by_institution
from services.ordering import apply_plan_reading
from services.settlement import settle
from tests.fakes.school_world import NO_LEASE, SCHOOL, SchoolWorld, school_world


async def due(w: SchoolWorld, agreement: Agreement = Agreement.AUTHORIZATION) -> Order:
    """A course taught and confirmed, old enough to be charged."""
    order = await w.begin(agreement)
    w.clock.advance(minutes=1)
    return await w.teach(order.no, 1, 2, 3, 4)


@pytest.mark.parametrize("workers", [2, 5])
@pytest.mark.parametrize("agreement", [Agreement.AUTHORIZATION, Agreement.PLAN])
async def test_any_number_of_workers_at_once_ask_for_the_money_once(agreement: Agreement, workers: int) -> None:
    w = await school_world(lease=NO_LEASE)
    order = await due(w, agreement)
    for _ in range(12):
        await asyncio.gather(*(settle(w.worker(), order.no) for _ in range(workers)))
        w.clock.advance(seconds=10)
        for no in w.wechat.waiting_for_money():
            w.wechat.deduct(no)
        await w.wechat.deliver(w.ports)
    order = await w.order(order.no)
    assert (order.state, order.paid_fen, w.wechat.ledger.taken_fen()) == (OrderState.SETTLED, 3600, 3600)
    assert all(w.wechat.ledger.times_taken(charge.no) == 1 for charge in order.charges)
    assert w.wechat.rule_breaks == []


async def test_two_jobs_at_once_share_the_orders_between_them() -> None:
    w = await school_world()
    orders = [await w.begin(Agreement.NEED_CONFIRM, f"key-{n}") for n in range(6)]
    w.clock.advance(minutes=1)
    for order in orders:
        await w.teach(order.no, 1, 2, 3, 4)
    done = await asyncio.gather(settle_job(w.worker(), 50), settle_job(w.worker(), 50))
    assert sum(done) == 6
    assert w.wechat.calls.count("complete_service") == 6


async def test_money_asked_for_is_not_money_paid() -> None:
    w = await school_world()
    order = await settle(w.ports, (await due(w)).no)
    assert (order.charges[0].state, order.paid_fen, order.is_overdue) == (ChargeState.DEDUCTING, 0, False)
    assert order.state is OrderState.SETTLING
    await w.live(hours=23)
    assert not (await w.order(order.no)).is_overdue
    await w.live(hours=2)
    assert (await w.order(order.no)).is_overdue


async def test_a_completion_of_unknown_outcome_is_repeated_word_for_word() -> None:
    w = await school_world()
    order = await due(w)
    w.wechat.fail("complete_service", "after", times=3)
    await w.live(minutes=30)
    assert w.wechat.calls.count("complete_service") == 4
    assert w.wechat.rule_breaks == []
    assert (await w.order(order.no)).charges[0].state is ChargeState.DEDUCTING


async def test_a_step_that_gets_nowhere_is_not_repeated_at_once() -> None:
    w = await school_world()
    order = await due(w)
    w.wechat.fail("complete_service", times=50)
    for _ in range(20):
        await settle(w.ports, order.no)
    assert w.wechat.calls.count("complete_service") == 1


async def test_too_young_a_service_order_is_completed_in_a_moment() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.teach(order.no, 1, 2, 3, 4)
    await w.work()
    assert "complete_service" not in w.wechat.calls
    await w.live(seconds=10)
    assert w.wechat.calls.count("complete_service") == 1


async def test_a_plain_no_to_the_completion_waits_for_a_person() -> None:
    w = await school_world()
    order = await due(w)
    w.wechat.fail("complete_service", error=Declined("wechat_amount_above_cap", retry_helps=False))
    await settle(w.ports, order.no)
    assert (await w.order(order.no)).parked == "wechat_amount_above_cap"
    await w.live(days=2)
    assert w.wechat.calls.count("complete_service") == 1


async def test_a_no_that_may_pass_is_tried_for_days_before_a_person_has_to_look() -> None:
    w = await school_world()
    placed = await w.place(Agreement.PLAN)
    refusal = Declined("wechat_overdue_orders", retry_helps=True)
    w.wechat.fail("open_lesson", error=refusal, times=2 * PATIENCE)
    w.agree(placed.order)
    begun = w.clock.at
    await w.live(days=14)
    order = placed.order
    order = await w.order(order.no)
    assert order.parked == "wechat_overdue_orders"
    parked_at = next(fact.at for fact in order.facts if fact.kind == "order_parked")
    assert (parked_at - begun).days >= 4
    assert w.wechat.calls.count("open_lesson") == PATIENCE + 1  # the first try is no repetition


@pytest.mark.parametrize("code", ["wechat_state", "wechat_not_found", "wechat_in_progress"])
async def test_wechats_word_on_its_state_decides_not_ours(code: str) -> None:
    w = await school_world()
    order = await due(w)
    w.wechat.fail("complete_service", error=Conflict(code))
    await w.live(minutes=5)
    order = await w.order(order.no)
    assert (order.charges[0].state, order.parked) == (ChargeState.DEDUCTING, "")


async def test_while_wechat_answers_nothing_at_all_we_wait() -> None:
    w = await school_world()
    order = await due(w)
    w.wechat.fail("complete_service", error=Conflict("wechat_state"))
    w.wechat.fail("query_service", error=OutsideFailure("wechat_silent"))
    assert (await settle(w.ports, order.no)).charges[0].state is ChargeState.COMPLETING
    await w.live(minutes=5)
    assert (await w.order(order.no)).charges[0].state is ChargeState.DEDUCTING


async def test_a_service_order_somebody_closed_at_wechat_while_money_was_due_waits_for_a_person() -> None:
    w = await school_world()
    order = await due(w)
    w.wechat.services[order.charges[0].no].state = "REVOKED"
    await w.live(minutes=5)
    assert (await w.order(order.no)).parked == "closed_at_wechat"


async def test_an_ending_and_the_settle_job_at_once_charge_what_was_taught() -> None:
    for _ in range(5):
        w = await school_world(lease=NO_LEASE)
        order = await w.begin(Agreement.PLAN)
        w.clock.advance(minutes=1)
        await w.teach(order.no, 1)
        await asyncio.gather(
            settle(w.worker(), order.no),
            end_by_institution(w.worker(), SCHOOL, order.no, "老师离职"),
            settle(w.ports, order.no),
        )
        await w.live(minutes=5)
        w.wechat.deduct(order.charges[0].no)
        await w.live(hours=1)
        order = await w.order(order.no)
        assert (order.state, order.paid_fen, w.wechat.ledger.taken_fen()) == (OrderState.SETTLED, 1000, 1000)
        assert w.wechat.rule_breaks == []


async def test_a_lesson_called_off_while_its_service_order_was_being_opened_is_closed_at_wechat() -> None:
    w = await school_world(lease=NO_LEASE)
    placed = await w.place(Agreement.PLAN)
    w.agree(placed.order)
    w.wechat.fail("open_lesson", "late")
    await w.wechat.deliver(w.ports)
    await settle(w.ports, placed.order.no)
    await end_by_institution(w.ports, SCHOOL, placed.order.no, "老师离职")
    await w.work()
    w.clock.advance(seconds=20)
    w.wechat.land_late_requests()
    await w.live(hours=1)
    order = await w.order(placed.order.no)
    assert order.state is OrderState.CANCELLED
    assert w.wechat.services[order.charges[0].no].state == "REVOKED"
    assert w.wechat.signatures[f"{order.no}-S"].state == "SIGN_PLAN_CANCEL"


def has_stop_due(order: Order) -> bool:
    assert order.plan is not None
    return order.plan.act_at is not None


async def over_under_plan(w: SchoolWorld) -> Order:
    """An order under a plan that ended before a lesson; WeChat was silent when told that no lesson will come."""
    order = await w.begin(Agreement.PLAN)
    await end_by_institution(w.ports, SCHOOL, order.no, "停课")
    w.wechat.fail("stop_plan")
    order = await settle(w.ports, order.no)
    assert has_stop_due(order)
    w.clock.advance(minutes=1)
    return order


async def test_a_plan_that_completed_has_nothing_left_to_stop() -> None:
    w = await school_world()
    order = await over_under_plan(w)
    assert order.plan is not None
    w.wechat.signatures[order.plan.no].state = "COMPLETE"
    order = await apply_plan_reading(w.ports, order.no, w.wechat.signatures[order.plan.no].reading())
    assert not has_stop_due(order)
    await w.work()
    assert w.wechat.calls.count("stop_plan") == 1


async def test_a_stop_left_over_on_a_completed_plan_is_tried_once_and_dropped() -> None:
    w = await school_world()
    order = await over_under_plan(w)
    assert order.plan is not None

    def completed_with_a_stop_left_over(order: Order, _: datetime) -> None:
        assert order.plan is not None
        order.plan.move(PlanState.COMPLETE)

    w.wechat.signatures[order.plan.no].state = "COMPLETE"
    assert has_stop_due((await change(w.ports, order.no, completed_with_a_stop_left_over)).order)
    await w.work()
    assert not has_stop_due(await w.order(order.no))
    await w.live(days=2)
    assert w.wechat.calls.count("stop_plan") == 2
