import asyncio

import pytest

from jobs.metrics import HEALED
from models.agenda import Due, agenda
from models.charge import ChargeState
from models.errors import Conflict, Declined, OutsideFailure
from models.facts import FactKind
from models.fee_mode import Agreement
from models.order import OrderState
from services.ending import withdraw_order
from services.healing import heal_authorization, heal_order
from services.notices import take_notice
from services.refunding import owe_refund, refund
from services.settlement import settle
from tests.fakes.school_world import SCHOOL, SchoolWorld, school_world


def healed(what: str) -> float:
    samples = [sample for metric in HEALED.collect() for sample in metric.samples]
    return sum(x.value for x in samples if x.name.endswith("_total") and x.labels["what"] == what)


@pytest.mark.parametrize("agreement", [Agreement.NEED_CONFIRM, Agreement.PLAN, Agreement.PAYMENT])
async def test_a_lost_notice_of_the_learners_agreement_is_healed_within_minutes_and_counted(
    agreement: Agreement,
) -> None:
    w, before = await school_world(), healed("order_signed")
    placed = await w.place(agreement)
    w.agree(placed.order)
    w.wechat.take_notices()
    await w.live(minutes=2)
    assert (await w.order(placed.order.no)).state is OrderState.IN_TRAINING
    assert healed("order_signed") == before + 1


async def in_doubt(w: SchoolWorld) -> str:
    order = await w.begin(Agreement.NEED_CONFIRM)
    w.clock.advance(minutes=1)
    await w.teach(order.no, 1, 2, 3, 4)
    await w.work()
    return order.no


async def test_a_lost_paid_notice_is_healed_by_asking_and_counted() -> None:
    w, before = await school_world(), healed("charge_paid")
    no = await in_doubt(w)
    w.wechat.deduct(f"{no}-C")
    w.wechat.take_notices()
    await w.live(minutes=2)
    order = await w.order(no)
    assert (order.state, order.paid_fen) == (OrderState.SETTLED, 3600)
    assert next(fact for fact in order.facts if fact.kind == "charge_paid").data["healed"] is True
    assert healed("charge_paid") == before + 1


async def test_money_wechat_cannot_get_is_asked_about_ever_more_rarely_and_never_asked_for_again() -> None:
    w = await school_world()
    no = await in_doubt(w)
    await w.live(days=10)
    assert w.wechat.calls.count("complete_service") == 1
    assert 5 <= w.wechat.calls.count("query_service") <= 20
    assert (await w.order(no)).charges[0].state is ChargeState.DEDUCTING


async def test_a_lost_notice_of_a_cancelled_plan_is_healed_and_counted() -> None:
    w, before = await school_world(), healed("plan_cancelled")
    order = await w.begin(Agreement.PLAN)
    w.wechat.cancel_plan(f"{order.no}-S")
    w.wechat.take_notices()
    await w.live(minutes=6)
    assert (await w.order(order.no)).fence is not None
    assert healed("plan_cancelled") == before + 1


async def test_a_lost_refund_notice_is_healed_and_counted() -> None:
    w, before = await school_world(), healed("refund_refunded")
    order = await w.begin(Agreement.PAYMENT)
    await owe_refund(w.ports, SCHOOL, order.no, order.charges[0].no, 500, "老师生病", "a")
    await refund(w.ports, order.no)
    w.wechat.finish_refund(w.wechat.refunds_under_way()[0])
    w.wechat.take_notices()
    await w.live(minutes=2)
    assert (await w.order(order.no)).refunded_fen == 500
    assert healed("refund_refunded") == before + 1


@pytest.mark.parametrize(
    "error", [OutsideFailure("wechat_silent"), Conflict("wechat_state"), Declined("wechat_no_permission")]
)
@pytest.mark.parametrize("agreement", [Agreement.NEED_CONFIRM, Agreement.PLAN, Agreement.PAYMENT])
async def test_a_question_wechat_does_not_answer_is_asked_again_later(
    agreement: Agreement, error: OutsideFailure | Conflict | Declined
) -> None:
    w = await school_world()
    placed = await w.place(agreement)
    call = {Agreement.PLAN: "query_plan", Agreement.PAYMENT: "query_payment"}.get(agreement, "query_service")
    w.wechat.fail(call, error=error)
    w.clock.advance(minutes=1)
    assert await heal_order(w.ports, placed.order.no) == []
    order = await w.order(placed.order.no)
    assert order.state is OrderState.AWAITING_LEARNER
    assert order.ask_at is not None
    assert order.ask_at > w.clock.at


async def test_a_refusal_of_every_question_about_a_permission_does_not_stop_the_asking() -> None:
    w = await school_world()
    placed = await w.place(Agreement.AUTHORIZATION)
    w.wechat.fail("query_authorization", error=Declined("wechat_no_permission"))
    w.clock.advance(minutes=1)
    await heal_authorization(w.ports, (await w.authorization()).id)
    asked = await w.authorization()
    assert asked.ask_at is not None
    assert asked.ask_at > w.clock.at
    assert placed.order.state is OrderState.AWAITING_LEARNER


async def test_an_unknown_permission_heals_nothing() -> None:
    w = await school_world()
    assert await heal_authorization(w.ports, "unknown") == []


async def test_a_plan_signed_after_its_order_was_taken_back_is_found_and_stopped() -> None:
    w = await school_world()
    placed = await w.place(Agreement.PLAN)
    await withdraw_order(w.ports, w.learner.id, placed.order.no)
    w.clock.advance(minutes=30)
    w.agree(placed.order)
    w.wechat.take_notices()
    await w.live(hours=5)
    assert w.wechat.signatures[f"{placed.order.no}-S"].state == "SIGN_PLAN_CANCEL"
    assert set(agenda(await w.order(placed.order.no))) == {Due.RELAY}


async def test_nothing_is_asked_about_an_order_that_is_over() -> None:
    w = await school_world()
    no = await in_doubt(w)
    w.wechat.deduct(f"{no}-C")
    await w.wechat.deliver(w.ports)
    calls = len(w.wechat.calls)
    await w.live(days=30)
    assert len(w.wechat.calls) == calls
    assert await heal_order(w.ports, no) == []


async def test_two_processes_healing_and_acting_at_once_agree() -> None:
    w = await school_world()
    no = await in_doubt(w)
    w.wechat.deduct(f"{no}-C")
    notice = w.wechat.take_notices()[0]
    w.clock.advance(minutes=2)
    asking = (heal_order(worker, no) for worker in (w.worker(), w.worker()))
    await asyncio.gather(*asking, take_notice(w.worker(), notice), settle(w.ports, no))
    order = await w.order(no)
    assert [fact.kind for fact in order.facts].count(FactKind.CHARGE_PAID) == 1
