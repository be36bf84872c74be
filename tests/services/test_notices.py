import asyncio
from itertools import permutations

import pytest

from jobs.runs import sweep
from models.charge import ChargeState
from models.facts import FactKind
from models.fee_mode import Agreement
from models.notices import PayNotice, PayNoticeKind
from models.order import Order, OrderState
from services.ending import end_order, quote_ending
from services.notices import order_no_of, take_notice
from tests.fakes.mortal import Killed, Mortality
from tests.fakes.school_world import NO_LEASE, SchoolWorld, school_world


async def deducted(w: SchoolWorld) -> tuple[Order, PayNotice]:
    """A course for which WeChat has just taken the money, and its notice."""
    order = await w.begin(Agreement.NEED_CONFIRM)
    w.clock.advance(minutes=1)
    await w.teach(order.no, 1, 2, 3, 4)
    await w.work()
    w.wechat.deduct(order.charges[0].no)
    return await w.order(order.no), w.wechat.take_notices()[0]


@pytest.mark.parametrize("no_lease", [True, False])
async def test_five_times_at_once_has_one_effect(no_lease: bool) -> None:  # noqa: FBT001
    w = await school_world(lease=NO_LEASE) if no_lease else await school_world()
    order, notice = await deducted(w)
    await asyncio.gather(*(take_notice(w.worker(), notice) for _ in range(5)))
    order = await w.order(order.no)
    assert (order.state, order.paid_fen) == (OrderState.SETTLED, 3600)
    assert [fact.kind for fact in order.facts].count(FactKind.CHARGE_PAID) == 1


async def test_a_repeat_of_what_is_done_is_only_acknowledged() -> None:
    w = await school_world()
    order, notice = await deducted(w)
    await take_notice(w.ports, notice)
    before = await w.order(order.no)
    await take_notice(w.ports, notice)
    assert await w.order(order.no) == before


@pytest.mark.parametrize("agreement", [Agreement.NEED_CONFIRM, Agreement.PLAN])
async def test_any_order_of_arrival_leads_to_the_same_end(agreement: Agreement) -> None:
    ends = []
    for arrival in permutations(range(2)):
        w = await school_world()
        placed = await w.place(agreement)
        w.agree(placed.order)
        await w.live(minutes=2)
        order = await w.order(placed.order.no)
        await w.teach(order.no, 1)
        begun = w.wechat.take_notices()
        if agreement is Agreement.PLAN:
            w.wechat.cancel_plan(f"{order.no}-S")
        else:
            await w.teach(order.no, 2, 3, 4)
            w.clock.advance(minutes=1)
            await w.work()
            w.wechat.deduct(order.charges[0].no)
        notices = begun + w.wechat.take_notices()
        for n in arrival:
            await take_notice(w.ports, notices[n % len(notices)])
        order = await w.order(order.no)
        ends.append((order.state, order.paid_fen, order.fence is not None, [x.state for x in order.lessons]))
    assert ends[0] == ends[1]


async def test_paid_before_the_completions_answer_was_processed() -> None:
    w = await school_world()
    order = await w.begin(Agreement.NEED_CONFIRM)
    w.clock.advance(minutes=1)
    await w.teach(order.no, 1, 2, 3, 4)
    w.wechat.fail("complete_service", "after")
    await w.work()
    assert (await w.order(order.no)).charges[0].state is ChargeState.COMPLETING
    w.wechat.deduct(order.charges[0].no)
    await w.wechat.deliver(w.ports)
    assert (await w.order(order.no)).state is OrderState.SETTLED


async def test_a_late_confirmation_after_an_ending_revives_nothing() -> None:
    w = await school_world()
    placed = await w.place(Agreement.NEED_CONFIRM)
    w.agree(placed.order)
    late = w.wechat.take_notices()
    await w.live(minutes=2)
    no = placed.order.no
    quote = await quote_ending(w.ports, w.learner.id, no)
    await end_order(w.ports, w.learner.id, no, quote.id)
    await w.live(minutes=1)
    before = await w.order(no)
    assert before.state is OrderState.CANCELLED
    await take_notice(w.ports, late[0])
    assert await w.order(no) == before


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_notice_whose_process_died_is_taken_up_by_the_sweep(when: str) -> None:
    for number in range(3):  # begun, applied, done
        w = await school_world(lease=NO_LEASE)
        order, notice = await deducted(w)
        dying = Mortality(number, "before" if when == "before" else "after")
        with pytest.raises(Killed):
            await take_notice(w.worker(**dying.stores(w.open_stores())), notice)
        if number or when == "after":
            await sweep(w.ports, 9)
        else:
            await take_notice(w.ports, notice)  # never stored: WeChat got no answer and sends it again
        order = await w.order(order.no)
        assert (order.state, order.paid_fen) == (OrderState.SETTLED, 3600)
        assert [fact.kind for fact in order.facts].count(FactKind.CHARGE_PAID) == 1


async def test_one_notice_that_cannot_be_done_holds_up_no_other() -> None:
    w = await school_world(lease=NO_LEASE)
    order, notice = await deducted(w)
    await w.ports.inbox.begin("a first one", "pay_notice", "not a notice", w.ports.settings.lease)
    await w.ports.inbox.begin(notice.key, "pay_notice", notice.model_dump_json(), w.ports.settings.lease)
    await sweep(w.ports, 9)
    assert (await w.order(order.no)).state is OrderState.SETTLED


async def test_a_notice_about_another_amount_parks_the_order_and_is_done() -> None:
    w = await school_world()
    order, notice = await deducted(w)
    assert notice.charge is not None
    wrong = notice.model_copy(update={"charge": notice.charge.model_copy(update={"total_fen": 3601})})
    await take_notice(w.ports, wrong)
    order = await w.order(order.no)
    assert (order.parked, order.paid_fen) == ("amount_mismatch", 0)
    assert await w.ports.inbox.unfinished("pay_notice", limit=9) == []


async def test_a_notice_we_have_no_use_for_is_acknowledged() -> None:
    w = await school_world()
    other = PayNotice(key="k", notice_id="N", event="COMPLAINT.CREATE", kind=PayNoticeKind.COMPLAINT, merchant_id="m1")
    await take_notice(w.ports, other)
    assert await w.ports.inbox.unfinished("pay_notice", limit=9) == []


async def test_what_fails_in_the_middle_is_not_done() -> None:
    w = await school_world(lease=NO_LEASE)
    order, notice = await deducted(w)
    stuck = w.database.collection("orders").pop(order.no)
    await take_notice(w.ports, notice.model_copy(update={"key": "of nobody's"}))
    w.database.collection("orders")[order.no] = stuck
    await take_notice(w.ports, notice)
    assert (await w.order(order.no)).state is OrderState.SETTLED


def test_numbers_tell_what_they_belong_to() -> None:
    assert order_no_of("X1-C") == order_no_of("X1-01") == order_no_of("X1-S") == "X1"
    assert order_no_of(order_no_of("X1-01-Rabc")) == "X1"
