import asyncio
from datetime import timedelta
from itertools import permutations
from typing import Literal

import pytest

from models.authorization import AuthorizationState
from models.errors import NotFound
from models.fee_mode import Agreement
from models.lesson import LessonState
from models.notices import PayNotice
from models.order import OrderState
from services.authorizing import start_authorization
from services.billing import turn_billing_off
from services.healing import heal_authorization
from services.notices import take_notice
from tests.fakes.mortal import Killed, Mortality
from tests.fakes.school_world import NO_LEASE, SCHOOL, SchoolWorld, school_world

AUTHORIZATION = Agreement.AUTHORIZATION


async def given(w: SchoolWorld) -> None:
    """Have the permission given before anything is ordered."""
    await start_authorization(w.ports, w.learner, SCHOOL)
    w.wechat.authorize(w.channel(AUTHORIZATION), w.learner.openid)
    await w.wechat.deliver(w.ports)


def close(w: SchoolWorld) -> None:
    w.wechat.close_service(w.channel(AUTHORIZATION), w.learner.openid)


async def test_applying_twice_goes_on_with_the_same_application() -> None:
    w = await school_world()
    one, call = await start_authorization(w.ports, w.learner, SCHOOL)
    again, same = await start_authorization(w.ports, w.learner, SCHOOL)
    assert (one.code, call) == (again.code, same)


async def test_applying_at_once_from_two_processes_is_one_application() -> None:
    w = await school_world()
    made = await asyncio.gather(*(start_authorization(w.worker(), w.learner, SCHOOL) for _ in range(3)))
    assert len({authorization.code for authorization, _ in made}) == 1


async def test_once_given_there_is_nothing_left_to_do() -> None:
    w = await school_world()
    await given(w)
    authorization, call = await start_authorization(w.ports, w.learner, SCHOOL)
    assert (authorization.state, call) == (AuthorizationState.ACTIVE, None)


async def test_a_permission_whose_notice_is_lost_is_found_by_asking_and_its_orders_go_on() -> None:
    w = await school_world()
    placed = await w.place(AUTHORIZATION)
    w.agree(placed.order)
    w.wechat.take_notices()
    await w.live(minutes=3)
    assert (await w.authorization()).state is AuthorizationState.ACTIVE
    assert (await w.order(placed.order.no)).state is OrderState.IN_TRAINING


@pytest.mark.parametrize("here", [True, False])
async def test_billing_off_ends_what_is_in_training_and_charges_what_was_taught(here: bool) -> None:  # noqa: FBT001
    w = await school_world()
    order = await w.begin(AUTHORIZATION)
    await w.teach(order.no, 1)
    w.clock.advance(seconds=10)
    if here:
        await turn_billing_off(w.ports, w.learner, SCHOOL)
    else:
        close(w)
        await w.wechat.deliver(w.ports)
    await w.look(order.no)
    await w.live(minutes=1)
    w.wechat.deduct(order.charges[0].no)
    await w.wechat.deliver(w.ports)
    order = await w.order(order.no)
    assert (order.state, order.paid_fen) == (OrderState.SETTLED, 1000)
    assert order.fence is not None
    assert (order.fence.by, order.fence.reason) == ("learner", "billing_off")


async def test_billing_off_here_is_told_to_wechat_once_its_orders_are_over() -> None:
    w = await school_world()
    order = await w.begin(AUTHORIZATION)
    await w.teach(order.no, 1)
    await turn_billing_off(w.ports, w.learner, SCHOOL)
    await w.look(order.no)
    await w.live(minutes=5)
    assert (await w.authorization()).take_back
    w.wechat.deduct(order.charges[0].no)
    await w.wechat.deliver(w.ports)
    w.clock.advance(hours=7)
    await w.work()
    authorization = await w.authorization()
    assert (authorization.take_back, authorization.ask_at) == (False, None)
    assert not w.wechat.permissions[w.learner.openid, "service-authorization", None].is_given


async def test_whoever_dies_after_turning_billing_off_leaves_no_order_running() -> None:
    w = await school_world(lease=NO_LEASE)
    order = await w.begin(AUTHORIZATION)
    dying = Mortality(0, "after")
    with pytest.raises(Killed):
        await turn_billing_off(w.worker(**dying.stores(w.open_stores())), w.learner, SCHOOL)
    assert (await w.order(order.no)).fence is None
    await w.work()
    assert (await w.order(order.no)).fence is not None


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("write", [0, 1])
async def test_whoever_dies_while_hearing_of_a_closing_leaves_no_order_running(
    write: int, when: Literal["before", "after"]
) -> None:
    """The notice was lost, so it is an answer that tells; nobody would ask again of a permission known as closed."""
    w = await school_world(lease=NO_LEASE)
    order = await w.begin(AUTHORIZATION)
    w.wechat.close_service(order.channel, order.buyer.openid)
    w.wechat.take_notices()
    key = (await w.authorization()).id
    dying = Mortality(write, when)
    with pytest.raises(Killed):
        await heal_authorization(w.worker(**dying.stores(w.open_stores())), key)
    await w.live(days=2)
    assert (await w.order(order.no)).fence is not None
    assert (await w.authorization()).state is AuthorizationState.CLOSED


async def test_turning_billing_off_twice_is_once() -> None:
    w = await school_world()
    order = await w.begin(AUTHORIZATION)
    await turn_billing_off(w.ports, w.learner, SCHOOL)
    once = await w.order(order.no)
    await turn_billing_off(w.ports, w.learner, SCHOOL)
    assert await w.order(order.no) == once


async def test_billing_never_allowed_cannot_be_turned_off() -> None:
    w = await school_world()
    with pytest.raises(NotFound, match="authorization_not_found"):
        await turn_billing_off(w.ports, w.learner, SCHOOL)


async def test_given_again_after_it_was_turned_off_here_it_counts_again() -> None:
    """WeChat refuses to take it back while an order runs, so it still says the permission stands: now rightly."""
    w = await school_world()
    order = await w.begin(AUTHORIZATION)
    await w.teach(order.no, 1)
    await turn_billing_off(w.ports, w.learner, SCHOOL)
    await w.work()
    w.clock.advance(minutes=1)
    again, _ = await start_authorization(w.ports, w.learner, SCHOOL)
    assert (again.state, again.take_back) == (AuthorizationState.APPLIED, False)
    await w.live(minutes=5)
    assert (await w.authorization()).state is AuthorizationState.ACTIVE


async def history(w: SchoolWorld) -> list[PayNotice]:
    """Opened, closed, opened again: WeChat tells of each."""
    for call in (w.wechat.authorize, w.wechat.close_service, w.wechat.authorize):
        w.clock.advance(minutes=1)
        call(w.channel(AUTHORIZATION), w.learner.openid)
    return w.wechat.take_notices()


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_notices_in_any_order_and_twice_tell_the_same_story(order: tuple[int, ...]) -> None:
    w = await school_world()
    await start_authorization(w.ports, w.learner, SCHOOL)
    notices = await history(w)
    for n in order * 2:
        await take_notice(w.ports, notices[n])
    assert (await w.authorization()).state is AuthorizationState.ACTIVE


async def test_a_closing_of_which_we_hear_late_ends_what_was_signed_before_it_and_nothing_signed_after() -> None:
    w = await school_world()
    before = await w.begin(AUTHORIZATION, "key-1")
    w.clock.advance(minutes=1)
    close(w)
    late = w.wechat.take_notices()
    w.clock.advance(minutes=1)
    w.wechat.authorize(w.channel(AUTHORIZATION), w.learner.openid)
    await w.wechat.deliver(w.ports)
    w.clock.advance(minutes=1)
    after = await w.begin(AUTHORIZATION, "key-2")
    await take_notice(w.ports, late[0])
    assert (await w.order(before.no)).fence is not None
    assert (await w.order(after.no)).fence is None
    assert (await w.authorization()).state is AuthorizationState.ACTIVE


async def test_what_was_taught_after_a_closing_of_which_we_heard_late_is_not_charged() -> None:
    w = await school_world()
    order = await w.begin(AUTHORIZATION)
    await w.teach(order.no, 1)
    w.clock.advance(minutes=1)
    close(w)
    w.wechat.take_notices()
    w.clock.advance(minutes=20)
    await w.teach(order.no, 2)
    asked_at = (await w.authorization()).ask_at
    assert asked_at is not None
    w.clock.at = asked_at
    await w.live(minutes=1)
    await w.look(order.no)
    await w.live(minutes=1)
    order = await w.order(order.no)
    assert [lesson.state for lesson in order.lessons[:2]] == [LessonState.CONFIRMED, LessonState.CANCELLED]
    assert order.charges[0].completion is not None
    assert order.charges[0].completion.amount_fen == 1000


async def test_a_school_of_another_sub_merchant_keeps_its_orders() -> None:
    w = await school_world()
    order = await w.begin(AUTHORIZATION)
    stored = w.database.collection("orders")[order.no]
    stored.channel = stored.channel.model_copy(update={"sub_mchid": "1600000001"})
    close(w)
    await w.wechat.deliver(w.ports)
    assert (await w.order(order.no)).fence is None


async def test_a_permission_of_somebody_unknown_is_acknowledged_and_forgotten() -> None:
    w = await school_world()
    w.wechat.authorize(w.channel(AUTHORIZATION), "openid-stranger")
    await w.wechat.deliver(w.ports)
    assert await w.ports.inbox.unfinished("pay_notice", limit=9) == []


async def test_an_application_nobody_answers_is_asked_about_ever_more_rarely() -> None:
    w = await school_world()
    await start_authorization(w.ports, w.learner, SCHOOL)
    begun = w.clock.at
    for _ in range(9):
        due = (await w.authorization()).ask_at
        assert due is not None
        w.clock.at = due
        await w.work()
    assert w.clock.at - begun > timedelta(hours=24)
    assert w.wechat.calls.count("query_authorization") == 9
