import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import cast

import pytest

from handlers.order_views import order_view
from models.authorization import AuthorizationState
from models.charge import ChargeState
from models.course import check_fee_mode
from models.errors import Conflict, Declined, InvalidInput, NotFound, OutsideFailure, Refusal
from models.facts import FactKind
from models.fee_mode import Agreement, FeeMode
from models.learner_messages import chat_text, is_told
from models.order import OrderState
from models.texts import say_error
from services.billing import turn_billing_off
from services.ending import withdraw_order
from services.ordering import PlaceOrder, advance_order, place_order
from services.orders import courses_of, list_learners_orders
from services.ports.stores import Orders
from services.timeline import describe
from tests.fakes.interrupting import Interrupting, KilledError, die
from tests.fakes.school_world import MERCHANT, NO_LEASE, SCHOOL, SchoolWorld, school_world

EVERY = list(Agreement)


@pytest.mark.parametrize("agreement", EVERY)
async def test_an_order_waits_for_its_learner_and_begins_when_they_agreed(agreement: Agreement) -> None:
    w = await school_world()
    placed = await w.place(agreement)
    assert placed.order.state is OrderState.AWAITING_LEARNER
    assert placed.wx is not None
    w.agree(placed.order)
    await w.wechat.deliver(w.ports)
    await w.work()
    assert (await w.order(placed.order.no)).state is OrderState.IN_TRAINING


async def test_under_a_standing_permission_the_order_begins_at_once() -> None:
    w = await school_world()
    await w.begin(Agreement.AUTHORIZATION)
    again = await w.place(Agreement.AUTHORIZATION, "key-2")
    assert (again.order.state, again.wx) == (OrderState.IN_TRAINING, None)


@pytest.mark.parametrize("agreement", EVERY)
async def test_the_same_key_and_wish_give_the_same_order_at_any_moment(agreement: Agreement) -> None:
    w = await school_world()
    placed = await w.place(agreement)
    again = await w.place(agreement)
    begun = await w.begin(agreement)
    after = await w.place(agreement)
    assert {placed.order.no, again.order.no, begun.no, after.order.no} == {placed.order.no}
    assert len(await w.orders()) == 1
    assert after.order.state is OrderState.IN_TRAINING


@pytest.mark.parametrize("agreement", EVERY)
async def test_the_same_key_at_once_from_two_processes_is_one_order_at_wechat(agreement: Agreement) -> None:
    w = await school_world()
    placed = await asyncio.gather(*(w.place(agreement, ports=w.worker()) for _ in range(3)))
    assert len({each.order.no for each in placed}) == 1
    assert len(w.wechat.services) + len(w.wechat.signatures) + len(w.wechat.payments) <= 1
    assert w.wechat.rule_breaks == []


async def test_the_same_key_with_another_wish_is_refused_and_changes_nothing() -> None:
    w = await school_world()
    placed = await w.place(Agreement.NEED_CONFIRM)
    before = await w.order(placed.order.no)
    for command in (w.command(Agreement.NEED_CONFIRM, student="小红"), w.command(Agreement.PAYMENT)):
        with pytest.raises(Conflict, match="idempotency_key_reused"):
            await place_order(w.ports, w.learner, command)
    assert await w.orders() == [before]


async def test_the_same_key_gives_the_same_order_though_the_course_closed_and_the_terms_changed_since() -> None:
    w = await school_world()
    sent = w.command(Agreement.NEED_CONFIRM)
    placed = await place_order(w.ports, w.learner, sent)
    school = await w.ports.institutions.get(SCHOOL)
    assert school is not None
    school.contract = school.contract.model_copy(update={"version": "2"})
    await w.ports.institutions.put(school)
    await w.ports.courses.put(w.course.model_copy(update={"open": False}))
    again = await place_order(w.ports, w.learner, sent)
    assert again.order.no == placed.order.no
    with pytest.raises(Conflict):
        await place_order(w.ports, w.learner, w.command(Agreement.NEED_CONFIRM, "key-2"))


async def test_a_repeated_key_does_not_bring_back_a_permission_closed_since() -> None:
    w = await school_world()
    placed = await w.begin(Agreement.AUTHORIZATION)
    await turn_billing_off(w.ports, w.learner, SCHOOL)
    closed = await w.authorization()
    assert (await w.place(Agreement.AUTHORIZATION)).order.no == placed.no
    assert await w.authorization() == closed
    assert (closed.state, closed.take_back) == (AuthorizationState.CLOSED, True)


async def test_an_order_is_written_down_with_the_intention_of_its_first_call() -> None:
    for agreement, state in (
        (Agreement.NEED_CONFIRM, ChargeState.OPENING),
        (Agreement.PAYMENT, ChargeState.OPENING),
        (Agreement.AUTHORIZATION, ChargeState.NONE),  # the permission is to be asked for first
        (Agreement.PLAN, ChargeState.NONE),
    ):
        w = await school_world()
        orders = Interrupting(w.ports.orders, "add", after=die)
        with pytest.raises(KilledError):
            await w.place(agreement, ports=replace(w.ports, orders=cast("Orders", orders)))
        (written,) = await w.orders()
        assert (written.state, written.charges[0].state, w.wechat.calls) == (OrderState.PLACING, state, [])


def changed(w: SchoolWorld, **changes: object) -> PlaceOrder:
    return PlaceOrder(**(vars(w.command(Agreement.NEED_CONFIRM)) | changes))


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"course_id": "unknown"}, NotFound, "course_not_found"),
        ({"accepted": False}, InvalidInput, "contract_not_accepted"),
        ({"contract_version": "0"}, Conflict, "contract_changed"),
        ({"offer_id": "offer_of_yesterday"}, Conflict, "offer_changed"),
    ],
)
async def test_a_refused_wish_leaves_nothing_behind(
    changes: dict[str, object], error: type[Refusal], code: str
) -> None:
    w = await school_world()
    with pytest.raises(error, match=code):
        await place_order(w.ports, w.learner, changed(w, **changes))
    assert (await w.orders(), w.wechat.calls) == ([], [])


async def dearer(w: SchoolWorld) -> None:
    lessons = [price.model_copy(update={"price_fen": price.price_fen * 20}) for price in w.course.lessons]
    await w.ports.courses.put(w.course.model_copy(update={"price_fen": w.course.price_fen * 20, "lessons": lessons}))


async def other_rules(w: SchoolWorld) -> None:
    school = await w.ports.institutions.get(SCHOOL)
    assert school is not None
    school.policy = school.policy.model_copy(update={"confirm_window_h": 1})
    await w.ports.institutions.put(school)


async def other_words(w: SchoolWorld) -> None:
    await w.ports.courses.put(w.course.model_copy(update={"description": "换了老师"}))


@pytest.mark.parametrize("change", [dearer, other_rules, other_words])
async def test_what_the_learner_saw_is_what_they_accept(change: Callable[[SchoolWorld], Awaitable[None]]) -> None:
    w = await school_world()
    seen = w.command(Agreement.NEED_CONFIRM)
    await change(w)
    with pytest.raises(Conflict, match="offer_changed") as refused:
        await place_order(w.ports, w.learner, seen)
    assert (await w.orders(), w.wechat.calls) == ([], [])
    now = w.command(Agreement.NEED_CONFIRM)
    offer = refused.value.detail["offer"]
    assert isinstance(offer, dict)
    assert offer["id"] == now.offer_id != seen.offer_id
    placed = await place_order(w.ports, w.learner, now)
    assert placed.order.acceptance.offer_id == now.offer_id


async def test_a_closed_course_and_a_closed_fee_mode_are_refused_by_name() -> None:
    w = await school_world()
    await w.ports.courses.put(w.course.model_copy(update={"fee_modes": (FeeMode.PREPAY,)}))
    with pytest.raises(Conflict, match="fee_mode_closed"):
        await w.place(Agreement.PLAN)
    await w.ports.courses.put(w.course.model_copy(update={"open": False}))
    with pytest.raises(Conflict, match="course_closed"):
        await w.place(Agreement.PAYMENT)
    assert await w.orders() == []


async def test_what_the_fee_modes_may_not_cost_is_checked_before_anything_is_written() -> None:
    w = await school_world()
    school = await w.ports.institutions.get(SCHOOL)
    assert school is not None
    poor = MERCHANT.model_copy(update={"risk_cap_fen": 3599})
    with pytest.raises(Conflict, match="price_above_cap"):
        check_fee_mode(w.course, FeeMode.PAY_AFTER_COURSE, school.policy, poor)
    check_fee_mode(w.course, FeeMode.PAY_PER_LESSON, school.policy, poor)
    rising = w.course.model_copy(update={"lessons": w.course.lessons[::-1]})
    with pytest.raises(Conflict, match="prices_rise"):
        check_fee_mode(rising, FeeMode.PAY_PER_LESSON, school.policy, MERCHANT)


@pytest.mark.parametrize("agreement", [Agreement.NEED_CONFIRM, Agreement.PLAN, Agreement.PAYMENT])
async def test_wechats_no_closes_the_order_and_is_the_same_on_every_repeat(agreement: Agreement) -> None:
    w = await school_world()
    w.wechat.unwelcome[w.learner.openid] = "wechat_assessment_declined"
    for _ in range(2):
        with pytest.raises(Declined, match="wechat_assessment_declined"):
            await w.place(agreement)
    order = (await w.orders())[0]
    assert (order.state, order.refusal and order.refusal.code) == (OrderState.CANCELLED, "wechat_assessment_declined")
    assert {charge.state for charge in order.charges} == {ChargeState.CANCELLED}
    assert not w.wechat.services
    assert not w.wechat.signatures


async def test_a_no_on_the_way_to_training_closes_the_order_too() -> None:
    w = await school_world()
    placed = await w.place(Agreement.AUTHORIZATION)
    w.agree(placed.order)
    w.wechat.unwelcome[w.learner.openid] = "wechat_too_many_orders"
    await w.wechat.deliver(w.ports)
    await w.work()
    order = await w.order(placed.order.no)
    assert (order.state, order.refusal and order.refusal.code) == (OrderState.CANCELLED, "wechat_too_many_orders")


async def test_a_no_that_comes_later_stays_in_the_list_with_its_reason_and_is_told() -> None:
    """The learner was answered an order; that nothing came of it, and why, they see wherever they look."""
    w = await school_world()
    placed = await w.place(Agreement.AUTHORIZATION)
    w.agree(placed.order)
    w.wechat.unwelcome[w.learner.openid] = "wechat_too_many_orders"
    await w.wechat.deliver(w.ports)
    await w.work()
    listed = await list_learners_orders(w.ports, w.learner.id, states=[], after="", limit=10)
    assert [order.no for order in listed.items] == [placed.order.no]
    view = order_view(listed.items[0])
    assert view.refusal is not None
    assert (view.refusal.code, view.refusal.message) == (
        "wechat_too_many_orders",
        say_error("wechat_too_many_orders", "zh_CN", {}),
    )
    (summary,) = await courses_of(w.ports, w.learner.id)
    assert (summary.standing, summary.refusal and summary.refusal.code) == ("refused", "wechat_too_many_orders")
    fact = next(x for x in listed.items[0].facts if x.kind is FactKind.ORDER_REFUSED)
    assert is_told(listed.items[0], fact)
    assert view.refusal.message in chat_text(listed.items[0], fact, "zh_CN")
    assert view.refusal.message in describe(fact, "zh_CN")


async def test_a_no_on_the_spot_is_in_no_list_and_is_not_told_again() -> None:
    w = await school_world()
    w.wechat.unwelcome[w.learner.openid] = "wechat_assessment_declined"
    with pytest.raises(Declined):
        await w.place(Agreement.NEED_CONFIRM)
    assert (await list_learners_orders(w.ports, w.learner.id, states=[], after="", limit=10)).items == []
    assert await courses_of(w.ports, w.learner.id) == []
    (order,) = await w.orders()
    assert not any(is_told(order, fact) for fact in order.facts)


@pytest.mark.parametrize("agreement", [Agreement.NEED_CONFIRM, Agreement.PAYMENT])
async def test_a_no_to_pressing_again_does_not_close_what_the_learner_has_agreed_to(agreement: Agreement) -> None:
    """The notice is lost, the learner presses again, WeChat declines: the first press had got through."""
    w = await school_world()
    placed = await w.place(agreement)
    w.agree(placed.order)
    w.wechat.take_notices()
    w.wechat.fail("open_service", error=Declined("wechat_assessment_declined"))
    w.wechat.fail("prepay", error=Declined("wechat_request_changed"))
    again = await w.place(agreement)
    assert again.order.state is OrderState.IN_TRAINING


async def test_a_no_to_pressing_again_closes_what_is_open_at_wechat() -> None:
    w = await school_world(lease=NO_LEASE)
    placed = await w.place(Agreement.NEED_CONFIRM)
    w.wechat.fail("open_service", error=Declined("wechat_overdue_orders"))
    with pytest.raises(Declined, match="wechat_overdue_orders"):
        await w.place(Agreement.NEED_CONFIRM)
    await w.work()
    charge = (await w.order(placed.order.no)).charges[0]
    assert (charge.state, w.wechat.services[charge.no].state) == (ChargeState.CANCELLED, "REVOKED")


@pytest.mark.parametrize("agreement", EVERY)
@pytest.mark.parametrize("when", ["before", "after", "late"])
async def test_when_wechats_answer_never_comes_asking_finishes_the_story(agreement: Agreement, when: str) -> None:
    """Nobody presses again: the order was written down before WeChat was asked."""
    w = await school_world(lease=NO_LEASE)
    w.wechat.fail_at(0, "before" if when == "before" else "after" if when == "after" else "late")
    with pytest.raises(OutsideFailure):
        await w.place(agreement)
    order = (await w.orders())[0]
    assert order.state is OrderState.PLACING
    w.clock.advance(minutes=3)
    w.wechat.land_late_requests()
    await w.work()
    order = await w.order(order.no)
    assert order.state is OrderState.AWAITING_LEARNER
    w.agree(order)
    w.wechat.take_notices()
    await w.live(hours=2)
    assert (await w.order(order.no)).state is OrderState.IN_TRAINING
    assert w.wechat.rule_breaks == []


async def test_an_order_taken_back_while_wechat_was_being_asked_leaves_nothing_open_there() -> None:
    w = await school_world(lease=NO_LEASE)
    w.wechat.fail("open_service", "late")
    with pytest.raises(OutsideFailure):
        await w.place(Agreement.NEED_CONFIRM)
    order = (await w.orders())[0]
    await withdraw_order(w.ports, w.learner.id, order.no)
    await w.work()
    w.clock.advance(seconds=20)
    w.wechat.land_late_requests()
    await w.live(hours=1)
    charge = (await w.order(order.no)).charges[0]
    assert (charge.state, w.wechat.services[charge.no].state) == (ChargeState.CANCELLED, "REVOKED")


async def test_pressing_again_after_the_end_does_nothing_more() -> None:
    w = await school_world()
    order = await w.begin(Agreement.NEED_CONFIRM)
    calls = len(w.wechat.calls)
    placed = await advance_order(w.ports, order)
    assert (placed.order, placed.wx, len(w.wechat.calls)) == (order, None, calls)
