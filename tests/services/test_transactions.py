"""Paid means paid with a transaction id: an answer that does not say which payment it was is asked about."""

from datetime import timedelta

import pytest

from lab.rig.orders import in_training, settle, teach_and_confirm, word
from models.charge import PAID_OUTSIDE, ChannelState, Charge, ChargeState
from models.errors import OutsideFailure
from models.facts import FactKind
from models.fee_mode import Agreement
from models.order import Order, OrderState
from models.parking import unpark_order
from models.readings import apply_charge_reading
from services.notices import take_notice
from services.parking import check_orders
from services.refunding import owe_refund
from services.timeline import describe, timeline
from tests.fakes.school_world import SCHOOL, SchoolWorld, school_world


async def completing(w: SchoolWorld) -> Order:
    order = await w.begin(Agreement.NEED_CONFIRM)
    w.clock.advance(minutes=1)
    return await w.teach(order.no, 1, 2, 3, 4)


async def paid_unheard(w: SchoolWorld) -> Order:
    """WeChat completed and took the money; its answer was lost, and so was its notice."""
    order = await completing(w)
    w.wechat.fail("complete_service", "after")
    await w.work()
    assert w.wechat.deduct(order.charges[0].no)
    w.wechat.take_notices()
    return await w.order(order.no)


async def give_all_back(w: SchoolWorld, order: Order) -> Order:
    await owe_refund(w.ports, SCHOOL, order.no, order.charges[0].no, order.paid_fen, "老师请假", "refund-key")
    await w.work()
    for no in w.wechat.refunds_under_way():
        w.wechat.finish_refund(no)
    await w.wechat.deliver(w.ports)
    return await w.order(order.no)


async def test_a_repeated_completion_is_asked_about_and_the_payment_has_its_number() -> None:
    w = await school_world()
    order = await paid_unheard(w)
    w.clock.advance(minutes=1)
    await w.work()
    order = await w.order(order.no)
    charge = order.charges[0]
    assert (order.state, charge.state, charge.paid_fen) == (OrderState.SETTLED, ChargeState.PAID, 3600)
    assert charge.transaction_id == w.wechat.services[charge.no].transaction_id
    told = [line.text for line in await timeline(w.ports, order, "zh_CN")]
    assert [text for text in told if "None" in text] == []
    assert any(str(charge.transaction_id) in text for text in told)
    assert (await give_all_back(w, order)).refunded_fen == 3600


async def test_while_wechat_does_not_say_nothing_is_taken_for_paid() -> None:
    w = await school_world()
    order = await paid_unheard(w)
    w.wechat.fail("query_service", times=3)
    w.clock.advance(minutes=1)
    await w.work()
    order = await w.order(order.no)
    assert (order.paid_fen, order.charges[0].state) == (0, ChargeState.COMPLETING)
    await w.live(hours=2)
    assert (await w.order(order.no)).charges[0].transaction_id


async def test_a_paid_notice_without_details_is_asked_about() -> None:
    w = await school_world()
    order = await completing(w)
    await w.work()
    w.wechat.deduct(order.charges[0].no)
    (notice,) = w.wechat.take_notices()
    assert notice.charge is not None
    bare = notice.charge.model_copy(update={"transaction_id": None, "paid_how": "", "paid_at": None})
    await take_notice(w.ports, notice.model_copy(update={"charge": bare}))
    assert (await w.order(order.no)).paid_fen == 0
    await w.live(minutes=2)
    order = await w.order(order.no)
    assert (order.paid_fen, bool(order.charges[0].transaction_id)) == (3600, True)


async def test_a_prepayment_without_a_number_does_not_begin_an_order() -> None:
    w = await school_world()
    order = (await w.place(Agreement.PAYMENT)).order
    w.wechat.pay(order.charges[0].no)
    (notice,) = w.wechat.take_notices()
    assert notice.charge is not None
    bare = notice.charge.model_copy(update={"transaction_id": None})
    await take_notice(w.ports, notice.model_copy(update={"charge": bare}))
    assert (await w.order(order.no)).state is OrderState.AWAITING_LEARNER
    await w.live(minutes=2)
    order = await w.order(order.no)
    assert (order.state, bool(order.charges[0].transaction_id)) == (OrderState.IN_TRAINING, True)


async def paid_without_number(w: SchoolWorld) -> Order:
    """An order as an earlier version left it: paid, and nobody asks which payment it was."""
    order = await completing(w)
    await w.work()
    w.wechat.deduct(order.charges[0].no)
    await w.wechat.deliver(w.ports)
    order = await w.order(order.no)
    before = order.model_dump()
    order.charges[0].transaction_id = None
    await w.ports.orders.save(order, before)
    return await w.order(order.no)


async def test_a_payment_booked_without_its_number_gets_it_by_asking() -> None:
    w = await school_world()
    order = await paid_without_number(w)
    asked = await owe_refund(w.ports, SCHOOL, order.no, order.charges[0].no, 100, "老师请假", "refund-key")
    await w.work()
    order = await w.order(order.no)
    assert order.charges[0].transaction_id == w.wechat.services[order.charges[0].no].transaction_id
    assert asked.charges[0].ask_at is not None
    (fact,) = [fact for fact in order.facts if fact.kind is FactKind.CHARGE_IDENTIFIED]
    assert (fact.amount_fen, fact.data["transaction_id"]) == (3600, order.charges[0].transaction_id)
    await w.live(minutes=10)
    assert w.wechat.refunds_under_way()
    assert w.wechat.rule_breaks == []


async def test_the_round_of_invariants_has_it_asked_for_and_parks_only_what_stays_unknown() -> None:
    w = await school_world()
    order = await paid_without_number(w)
    assert await check_orders(w.ports, 10) == 0
    assert (await w.order(order.no)).charges[0].ask_at is not None
    w.wechat.fail("query_service", times=1000)
    await w.live(days=14)
    order = await w.order(order.no)
    assert (order.parked, order.charges[0].transaction_id) == ("invariant:paid_has_a_transaction", None)
    w.wechat.forgive()
    asked = w.wechat.calls.count("query_service")
    await w.live(days=3)
    assert w.wechat.calls.count("query_service") == asked


def test_unparked_it_is_asked_about_anew() -> None:
    order = in_training()
    charge = order.charges[0]
    charge.state, charge.paid_fen, charge.asks, order.parked = ChargeState.PAID, 3600, 12, "invariant:x"
    unpark_order(order, order.placed_at, "compared", "operator")
    assert (charge.asks, charge.ask_at) == (0, order.placed_at)


async def test_no_refund_is_asked_for_without_a_number() -> None:
    w = await school_world()
    order = await paid_without_number(w)
    w.wechat.fail("query_service", times=1000)
    await owe_refund(w.ports, SCHOOL, order.no, order.charges[0].no, 100, "老师请假", "refund-key")
    await w.live(hours=3)
    assert "refund" not in w.wechat.calls
    w.wechat.forgive()
    await w.live(days=1)
    assert "refund" in w.wechat.calls


def paid_charge(*, how: str = "pay_score") -> tuple[Order, Charge]:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, order.placed_at + timedelta(hours=2))
    charge = order.charges[0]
    charge.transaction_id, charge.paid_how = None, how
    return order, charge


def test_a_later_word_of_another_amount_does_not_fill_in_but_parks() -> None:
    order, charge = paid_charge()
    apply_charge_reading(order, order.placed_at, word(charge, ChannelState.PAID, 3599))
    assert (order.parked, charge.transaction_id, charge.paid_fen) == ("amount_mismatch", None, 3600)


def test_what_is_known_is_not_filled_in_again_nor_what_was_paid_outside() -> None:
    order, charge = paid_charge(how=PAID_OUTSIDE)
    before = order.model_copy(deep=True)
    apply_charge_reading(order, order.placed_at, word(charge, ChannelState.PAID, 3600))
    assert order == before
    order, charge = paid_charge()
    charge.transaction_id = "4200000001"
    before = order.model_copy(deep=True)
    apply_charge_reading(order, order.placed_at, word(charge, ChannelState.PAID, 3600))
    assert order == before


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    ("how", "transaction_id", "said"),
    [
        ("pay_score", "42001", ("（交易号 42001）", "(transaction 42001)")),
        ("pay_score", None, ("交易号核对后补上", "follows once it is known")),
        (PAID_OUTSIDE, None, ("已直接付给机构", "paid to the institution directly")),
    ],
)
def test_the_timeline_says_which_payment_it_was_or_why_there_is_no_number(
    how: str, transaction_id: str | None, said: tuple[str, str], language: str
) -> None:
    order = in_training()
    order.record(
        FactKind.CHARGE_PAID, order.placed_at, "wechat", amount_fen=3600, how=how, transaction_id=transaction_id
    )
    text = describe(order.facts[-1], language)
    assert said[language == "en"] in text
    assert "None" not in text


async def authorized_and_slow(w: SchoolWorld) -> str:
    placed = await w.place(Agreement.AUTHORIZATION)
    w.agree(placed.order)
    w.wechat.is_slow = True
    await w.wechat.deliver(w.ports)
    return placed.order.no


async def test_an_order_that_needs_no_confirmation_and_does_not_begin_is_asked_about() -> None:
    w = await school_world()
    no = await authorized_and_slow(w)
    with pytest.raises(OutsideFailure, match="wechat_unclear"):
        await w.place(Agreement.AUTHORIZATION)
    await w.work()
    order = await w.order(no)
    assert order.state is OrderState.AWAITING_LEARNER
    assert order.charges[0].state is ChargeState.OPENING
    w.wechat.begin_at_last(order.charges[0].no)
    await w.live(minutes=5)
    assert (await w.order(no)).state is OrderState.IN_TRAINING
    assert w.wechat.rule_breaks == []


async def test_placed_under_a_standing_permission_a_service_order_that_does_not_begin_is_no_page_to_open() -> None:
    w = await school_world()
    await w.begin(Agreement.AUTHORIZATION)
    w.wechat.is_slow = True
    with pytest.raises(OutsideFailure, match="wechat_unclear"):
        await w.place(Agreement.AUTHORIZATION, "key-2")
    (order,) = [order for order in await w.orders() if order.signed_at is None]
    assert (order.state, order.charges[0].state) == (OrderState.PLACING, ChargeState.OPENING)
    w.wechat.begin_at_last(order.charges[0].no)
    await w.live(minutes=5)
    assert (await w.order(order.no)).state is OrderState.IN_TRAINING
