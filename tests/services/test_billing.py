"""Billing off is off, at that school and only there; two schools share one merchant, so one standing permission."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from lab.rig.orders import PRICES, a_course
from models.authorization import AuthorizationState
from models.billing import Billing
from models.errors import Conflict, NotFound
from models.facts import FactKind
from models.fee_mode import Agreement, FeeMode
from models.lesson import LessonState
from models.order import Order, OrderState, PlanState
from services.authorizing import start_authorization
from services.billing import list_billing, turn_billing_off
from services.catalog import product_detail
from services.lessons import AttendanceRow, report_attendance
from services.ports import Orders, Ports
from tests.fakes.interrupting import Interrupting
from tests.fakes.mortal import Killed, Mortality
from tests.fakes.school_world import NO_LEASE, SCHOOL, SchoolWorld, school_world

OTHER = "jiaojiao"
AUTHORIZATION, PLAN = Agreement.AUTHORIZATION, Agreement.PLAN


async def two_schools(*, lease: timedelta = timedelta(seconds=60)) -> SchoolWorld:
    """Make a second school of the same merchant, under the same terms, with a course of its own."""
    w = await school_world(lease=lease)
    await w.allow(AUTHORIZATION)
    school = await w.ports.institutions.get(SCHOOL)
    assert school is not None
    await w.ports.institutions.put(school.model_copy(update={"id": OTHER, "name": "叫叫阅读"}))
    await w.ports.courses.put(a_course(PRICES, course_id="reading", institution_id=OTHER))
    return w


async def at_other(w: SchoolWorld) -> SchoolWorld:
    """Return the same world, its learner looking at the other school's course."""
    course = await w.ports.courses.get("reading")
    assert course is not None
    return replace(w, course=course)


async def begun_at_other(w: SchoolWorld, agreement: Agreement, key: str = "key-other") -> Order:
    other = await at_other(w)
    return await other.begin(agreement, key)


async def billing(w: SchoolWorld, institution_id: str) -> Billing:
    return next(x for x in await list_billing(w.ports, w.learner.id) if x.institution_id == institution_id)


async def refusal_of(w: SchoolWorld, school: str, order_no: str, lesson: int) -> str:
    row = AttendanceRow(f"after-{order_no}-{lesson}", order_no, lesson, w.clock.at)
    (outcome,) = await report_attendance(w.ports, school, [row], "xxk_abc")
    return outcome.refusal.code if outcome.refusal else ""


async def over(w: SchoolWorld) -> None:
    """Let everything come to its end: what is asked for is deducted, and a day passes."""
    for _ in range(3):
        w.clock.advance(minutes=1)
        await w.work()
        for no in w.wechat.waiting_for_money():
            w.wechat.deduct(no)
        await w.wechat.deliver(w.ports)
    w.clock.advance(hours=25)
    await w.work()


def is_given(w: SchoolWorld) -> bool:
    return w.wechat.permissions[w.learner.openid, "service-authorization", None].is_given


async def test_turning_off_a_school_with_a_signed_plan_ends_its_plan_and_not_the_other_school_s_order() -> None:
    w = await two_schools()
    wandou = await w.begin(AUTHORIZATION)
    jiaojiao = await begun_at_other(w, PLAN)
    await turn_billing_off(w.ports, w.learner, OTHER)
    await w.work()
    wandou, jiaojiao = await w.order(wandou.no), await w.order(jiaojiao.no)
    assert (wandou.state, wandou.fence) == (OrderState.IN_TRAINING, None)
    assert jiaojiao.fence is not None
    assert (jiaojiao.fence.by, jiaojiao.fence.reason) == ("learner", "billing_off")
    assert jiaojiao.plan is not None
    assert (jiaojiao.state, jiaojiao.plan.state) == (OrderState.CANCELLED, PlanState.STOPPED)
    assert await refusal_of(w, OTHER, jiaojiao.no, 1) != ""
    assert await refusal_of(w, SCHOOL, wandou.no, 1) == ""
    await over(w)
    assert ((await w.order(jiaojiao.no)).paid_fen, (await w.authorization()).state) == (0, AuthorizationState.ACTIVE)


async def test_with_only_a_plan_running_billing_is_turned_off_all_the_same() -> None:
    w = await two_schools()
    jiaojiao = await begun_at_other(w, PLAN)
    left = await turn_billing_off(w.ports, w.learner, OTHER)
    assert (left.permission, left.is_off, [x.order_no for x in left.receipts]) == (None, True, [jiaojiao.no])
    await w.work()
    assert (await billing(w, OTHER)).signed_plans == []


async def test_a_shared_permission_stays_open_while_the_other_school_needs_it_and_no_longer() -> None:
    w = await two_schools()
    wandou = await w.begin(AUTHORIZATION)
    jiaojiao = await begun_at_other(w, AUTHORIZATION)
    left = await turn_billing_off(w.ports, w.learner, OTHER)
    assert (left.permission, left.is_off) == (AuthorizationState.CLOSED, True)
    await over(w)
    assert ((await w.order(jiaojiao.no)).state, (await w.order(wandou.no)).fence) == (OrderState.CANCELLED, None)
    assert ((await w.authorization()).state, is_given(w)) == (AuthorizationState.ACTIVE, True)
    w.clock.advance(minutes=1)
    await w.teach(wandou.no, 1, 2, 3, 4)
    await over(w)
    assert ((await w.order(wandou.no)).paid_fen, is_given(w)) == (3600, False)
    authorization = await w.authorization()
    assert (authorization.state, authorization.take_back) == (AuthorizationState.CLOSED, False)


async def test_a_closing_inside_wechat_is_heard_while_a_permission_waits_to_be_taken_back() -> None:
    w = await two_schools()
    wandou = await w.begin(AUTHORIZATION)
    await begun_at_other(w, AUTHORIZATION)
    await turn_billing_off(w.ports, w.learner, OTHER)
    await w.work()
    w.clock.advance(minutes=1)
    w.wechat.close_service(w.channel(AUTHORIZATION), w.learner.openid)
    w.wechat.take_notices()
    w.clock.advance(hours=25)
    await w.work()
    assert (await w.order(wandou.no)).fence is not None


async def test_nothing_begins_where_billing_is_off_until_it_is_turned_on_again() -> None:
    w = await two_schools()
    await w.begin(AUTHORIZATION)
    other = await at_other(w)
    await begun_at_other(w, AUTHORIZATION)
    await turn_billing_off(w.ports, w.learner, OTHER)
    with pytest.raises(Conflict, match="billing_off"):
        await other.place(AUTHORIZATION, "key-again")
    page = await product_detail(w.ports, w.learner, "reading")
    shown = {mode.fee_mode: mode.authorization for mode in page.modes}
    assert shown[FeeMode.PAY_AFTER_COURSE] is AuthorizationState.CLOSED
    assert (await w.place(AUTHORIZATION, "key-2")).order.state is OrderState.IN_TRAINING
    authorization, call = await start_authorization(w.ports, w.learner, OTHER)
    assert (authorization.state_at(OTHER), authorization.take_back, call) == (AuthorizationState.ACTIVE, False, None)
    assert (await other.place(AUTHORIZATION, "key-again")).order.state is OrderState.IN_TRAINING


async def test_an_order_placed_before_is_answered_again_where_billing_is_off() -> None:
    w = await two_schools()
    order = await w.begin(AUTHORIZATION)
    await turn_billing_off(w.ports, w.learner, SCHOOL)
    assert (await w.place(AUTHORIZATION)).order.no == order.no


async def test_a_permission_given_inside_wechat_again_does_not_turn_a_school_on() -> None:
    w = await two_schools()
    await w.begin(AUTHORIZATION)
    await turn_billing_off(w.ports, w.learner, SCHOOL)
    await over(w)
    w.wechat.authorize(w.channel(AUTHORIZATION), w.learner.openid)
    await w.wechat.deliver(w.ports)
    assert (await w.authorization()).state is AuthorizationState.ACTIVE
    with pytest.raises(Conflict, match="billing_off"):
        await w.place(AUTHORIZATION, "key-2")


@pytest.mark.parametrize("agreement", [AUTHORIZATION, Agreement.NEED_CONFIRM, PLAN])
async def test_an_order_that_has_not_begun_is_withdrawn(agreement: Agreement) -> None:
    w = await two_schools()
    placed = await w.place(agreement)
    await turn_billing_off(w.ports, w.learner, SCHOOL)
    await w.work()
    order = await w.order(placed.order.no)
    assert (order.state, [x.is_final for x in order.charges]) == (OrderState.CANCELLED, [True] * len(order.charges))


async def test_an_order_paid_in_advance_stays_and_is_no_billing() -> None:
    w = await two_schools()
    order = await w.begin(Agreement.PAYMENT)
    with pytest.raises(NotFound, match="authorization_not_found"):
        await turn_billing_off(w.ports, w.learner, SCHOOL)
    assert await list_billing(w.ports, w.learner.id) == []
    await w.begin(PLAN, "key-2")
    await turn_billing_off(w.ports, w.learner, SCHOOL)
    assert (await w.order(order.no)).state is OrderState.IN_TRAINING


async def test_what_was_taught_before_is_charged_and_shown_until_then() -> None:
    w = await two_schools()
    order = await w.begin(AUTHORIZATION)
    await w.teach(order.no, 1)
    w.clock.advance(minutes=1)
    before = await billing(w, SCHOOL)
    assert (before.permission, before.is_off, before.owed_fen) == (AuthorizationState.ACTIVE, False, 1000)
    left = await turn_billing_off(w.ports, w.learner, SCHOOL)
    assert (left.is_off, left.owed_fen, [x.still_due_fen for x in left.receipts]) == (True, 1000, [1000])
    assert [x.state for x in left.running] == [OrderState.SETTLING]
    assert left.off_since == w.clock.at
    await w.look(order.no)
    await over(w)
    after = await billing(w, SCHOOL)
    assert (after.running, after.owed_fen, [x.paid_fen for x in after.receipts]) == ([], 0, [1000])


@pytest.mark.parametrize("agreement", [AUTHORIZATION, PLAN])
async def test_turning_off_again_changes_nothing_and_answers_the_same(agreement: Agreement) -> None:
    w = await two_schools()
    order = await w.begin(agreement)
    once = await turn_billing_off(w.ports, w.learner, SCHOOL)
    w.clock.advance(minutes=1)
    assert await turn_billing_off(w.ports, w.learner, SCHOOL) == once
    assert [x.kind for x in (await w.order(order.no)).facts].count(FactKind.BILLING_TURNED_OFF) == 1


async def test_off_at_both_schools_at_once_from_two_processes_ends_both_and_takes_the_permission_back() -> None:
    w = await two_schools()
    wandou = await w.begin(AUTHORIZATION)
    jiaojiao = await begun_at_other(w, AUTHORIZATION)
    await asyncio.gather(
        *(turn_billing_off(w.worker(), w.learner, school) for school in (SCHOOL, OTHER) for _ in range(2))
    )
    for no in (wandou.no, jiaojiao.no):
        order = await w.order(no)
        assert [x.kind for x in order.facts].count(FactKind.ORDER_ENDED) == 1
    await over(w)
    assert not is_given(w)


async def test_a_school_the_permission_never_served_is_fenced_and_leaves_it_alone() -> None:
    w = await two_schools()
    await start_authorization(w.ports, w.learner, SCHOOL)
    w.wechat.authorize(w.channel(AUTHORIZATION), w.learner.openid)
    await w.wechat.deliver(w.ports)
    await turn_billing_off(w.ports, w.learner, OTHER)
    await over(w)
    authorization = await w.authorization()
    assert (authorization.state_at(SCHOOL), authorization.state_at(OTHER)) == ("active", "closed")
    assert is_given(w)


async def test_an_order_written_down_while_billing_is_turned_off_does_not_run_on() -> None:
    w = await two_schools()
    await w.begin(AUTHORIZATION)

    async def off(*_: object) -> None:
        await turn_billing_off(w.worker(), w.learner, SCHOOL)

    late = Interrupting(w.ports.orders, "add", before=off)
    with suppress(Exception):
        await w.place(AUTHORIZATION, "key-late", ports=replace(w.ports, orders=cast("Orders", late)))
    await w.work()
    w.clock.advance(hours=1)
    await w.work()
    assert all(order.is_final or order.fence for order in await w.orders())
    assert [order for order in await w.orders() if order.lessons_in(LessonState.SCHEDULED)] == []


async def begin_both(w: SchoolWorld) -> list[Order]:
    wandou = await w.begin(AUTHORIZATION)
    await w.teach(wandou.no, 1)
    return [wandou, await begun_at_other(w, AUTHORIZATION), await begun_at_other(w, PLAN, "key-plan")]


async def how_it_ended(w: SchoolWorld) -> list[object]:
    await over(w)
    orders = sorted(await w.orders(), key=lambda order: (order.course.id, order.agreement))
    authorization = await w.authorization()
    ends = [(x.state, x.fence.reason if x.fence else "", x.paid_fen, x.owed_fen) for x in orders]
    return [*ends, authorization.state_at(SCHOOL), authorization.state_at(OTHER), is_given(w)]


@pytest.mark.parametrize("school", [SCHOOL, OTHER])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_at_any_write_and_repeated_the_end_is_the_same(when: str, school: str) -> None:
    async def run(mortality: Mortality) -> list[object]:
        w = await two_schools(lease=NO_LEASE)
        await begin_both(w)
        w.clock.advance(minutes=1)
        ports: Ports = w.worker(**mortality.stores(w.open_stores()))
        try:
            await turn_billing_off(ports, w.learner, school)
        except Killed:
            await turn_billing_off(w.worker(), w.learner, school)
        return await how_it_ended(w)

    counting = Mortality()
    expected = await run(counting)
    assert counting.writes >= 2
    for number in range(counting.writes):
        dying = Mortality(number, "before" if when == "before" else "after")
        assert (number, await run(dying)) == (number, expected)
        assert dying.died


async def test_killed_and_never_repeated_what_rests_on_the_permission_ends() -> None:
    w = await two_schools(lease=NO_LEASE)
    wandou, jiaojiao, _ = await begin_both(w)
    dying = Mortality(0, "after")
    with pytest.raises(Killed):
        await turn_billing_off(w.worker(**dying.stores(w.open_stores())), w.learner, OTHER)
    await w.work()
    assert (await w.order(jiaojiao.no)).fence is not None
    assert (await w.order(wandou.no)).fence is None


async def test_somebody_without_anything_there_is_told_so() -> None:
    w = await two_schools()
    for school in (SCHOOL, OTHER, "nowhere"):
        with pytest.raises(NotFound, match="authorization_not_found"):
            await turn_billing_off(w.ports, w.learner, school)
