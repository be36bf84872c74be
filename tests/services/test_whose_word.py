"""Another merchant's notice about our number: acknowledged, believed by nobody, and shown to the operator."""

from collections.abc import Awaitable, Callable

import pytest

from models.authorization import AuthorizationState
from models.charge import ChannelReading, ChannelState, RefundState
from models.exceptions import ExceptionCase, ExceptionKind, Owner
from models.fee_mode import Agreement
from models.merchant import NO_SERVICE, Origin
from models.notices import AuthorizationReading, PayNotice, PayNoticeKind, PlanReading, RefundReading
from models.order import Order
from services.exceptions import close_by_operator, suggested_action
from services.notices import take_notice
from services.refunding import owe_refund
from tests.fakes.mortal import Killed, Mortality
from tests.fakes.school_world import NO_LEASE, SCHOOL, SchoolWorld, school_world

ELSEWHERE = Origin(merchant_id="m2", mchid="1900000002", appid="wx1", service_id="500009")
AT_A_SCHOOL = Origin(merchant_id="m1", mchid="1900000001", sub_mchid="1900000109", appid="wx1")

Reading = ChannelReading | PlanReading | RefundReading | AuthorizationReading


def said(origin: Origin, event: str, kind: PayNoticeKind, reading: Reading) -> PayNotice:
    """WeChat tells a merchant something, with a true signature."""
    field = {
        ChannelReading: "charge",
        PlanReading: "plan",
        RefundReading: "refund",
        AuthorizationReading: "authorization",
    }[type(reading)]
    notice = PayNotice(
        key=f"{event}:{origin}:{reading.number}",
        notice_id="n1",
        event=event,
        kind=kind,
        merchant_id=origin.merchant_id,
    )
    return notice.model_copy(update={field: reading})


def paid(origin: Origin, charge_no: str, total_fen: int, event: str = "TRANSACTION.SUCCESS") -> PayNotice:
    kind = PayNoticeKind.PAYMENT_SUCCEEDED if event == "TRANSACTION.SUCCESS" else PayNoticeKind.ORDER_PAID
    reading = ChannelReading(
        origin=origin,
        charge_no=charge_no,
        state=ChannelState.PAID,
        total_fen=total_fen,
        paid_fen=total_fen,
        paid_how="jsapi",
        transaction_id="4200000000000000000000000001",
    )
    return said(origin, event, kind, reading)


async def exceptions(w: SchoolWorld) -> list[ExceptionCase]:
    found = await w.ports.exceptions.page(is_open=None, limit=100)
    return [case for case in found if case.kind is ExceptionKind.WORD_OF_ANOTHER_MERCHANT]


async def test_a_payment_at_one_merchant_does_not_pay_the_order_of_another() -> None:
    w = await school_world()
    order = (await w.place(Agreement.PAYMENT)).order
    elsewhere = ELSEWHERE.model_copy(update={"service_id": NO_SERVICE})
    await take_notice(w.ports, paid(elsewhere, order.charges[0].no, 120_000))
    assert await w.order(order.no) == order
    (case,) = await exceptions(w)
    assert (case.owner, case.institution_id, case.is_open) == (Owner.OPERATOR, "", True)
    assert case.detail == {
        "number": order.charges[0].no,
        "merchant": "m2",
        "event": "TRANSACTION.SUCCESS",
        "told_by": "1900000002/wx1",
        "told_fen": "120000",
    }
    for language in ("zh_CN", "en"):
        for part in (order.charges[0].no, "m2", "1900000002"):
            assert part in suggested_action(case, language)


async def prepaid(w: SchoolWorld) -> tuple[Order, PayNotice]:
    order = (await w.place(Agreement.PAYMENT)).order
    return order, paid(ELSEWHERE, order.charges[0].no, order.price_fen)


async def deducting(w: SchoolWorld) -> tuple[Order, PayNotice]:
    order = await w.begin(Agreement.NEED_CONFIRM)
    w.clock.advance(minutes=1)
    await w.teach(order.no, 1, 2, 3, 4)
    await w.work()
    return await w.order(order.no), paid(ELSEWHERE, order.charges[0].no, 3600, "PAYSCORE.USER_PAID")


async def one_fen(w: SchoolWorld) -> tuple[Order, PayNotice]:
    order = await w.begin(Agreement.AUTHORIZATION)
    return order, paid(ELSEWHERE, order.charges[0].no, 1)


async def one_fen_at_its_own_merchant(w: SchoolWorld) -> tuple[Order, PayNotice]:
    """A payment is no word about a service order, though the account is the same."""
    order = await w.begin(Agreement.AUTHORIZATION)
    own = order.channel.origin.model_copy(update={"service_id": NO_SERVICE})
    return order, paid(own, order.charges[0].no, 1)


async def at_another_school_of_the_partner(w: SchoolWorld) -> tuple[Order, PayNotice]:
    order = await w.begin(Agreement.AUTHORIZATION)
    return order, paid(AT_A_SCHOOL, order.charges[0].no, 3600, "PAYSCORE.USER_PAID")


async def confirmed(w: SchoolWorld) -> tuple[Order, PayNotice]:
    order = (await w.place(Agreement.NEED_CONFIRM)).order
    reading = ChannelReading(origin=ELSEWHERE, charge_no=order.charges[0].no, state=ChannelState.IN_SERVICE)
    return order, said(ELSEWHERE, "PAYSCORE.USER_CONFIRM", PayNoticeKind.ORDER_CONFIRMED, reading)


async def plan_signed(w: SchoolWorld) -> tuple[Order, PayNotice]:
    order = (await w.place(Agreement.PLAN)).order
    reading = PlanReading(origin=ELSEWHERE, plan_no=f"{order.no}-S", sign_plan_id="S9", state="signed")
    return order, said(ELSEWHERE, "PAYSCORE.USER_SIGN_PLAN", PayNoticeKind.PLAN_SIGNED, reading)


async def plan_cancelled(w: SchoolWorld) -> tuple[Order, PayNotice]:
    order = await w.begin(Agreement.PLAN)
    reading = PlanReading(
        origin=ELSEWHERE, plan_no=f"{order.no}-S", sign_plan_id="S9", state="cancelled", cancelled_by="learner"
    )
    return order, said(ELSEWHERE, "PAYSCORE.USER_CANCEL_SIGN_PLAN", PayNoticeKind.PLAN_CANCELLED, reading)


async def refunded(w: SchoolWorld) -> tuple[Order, PayNotice]:
    order = await w.begin(Agreement.PAYMENT)
    order = await owe_refund(w.ports, SCHOOL, order.no, order.charges[0].no, 100, "老师请假", "refund-key")
    await w.work()
    order = await w.order(order.no)
    no = order.charges[0].refunds[0].no
    reading = RefundReading(origin=ELSEWHERE, refund_no=no, state=RefundState.REFUNDED, amount_fen=100)
    return order, said(ELSEWHERE, "REFUND.SUCCESS", PayNoticeKind.REFUND_SUCCEEDED, reading)


async def permission_closed(w: SchoolWorld) -> tuple[Order, PayNotice]:
    order = await w.begin(Agreement.AUTHORIZATION)
    origin = ELSEWHERE.model_copy(update={"service_id": order.channel.service_id})
    reading = AuthorizationReading(
        origin=origin, openid=order.buyer.openid, state=AuthorizationState.CLOSED, at=w.clock.at
    )
    return order, said(origin, "PAYSCORE.USER_CLOSE_SERVICE", PayNoticeKind.SERVICE_CLOSED, reading)


async def permission_opened(w: SchoolWorld) -> tuple[Order, PayNotice]:
    order = (await w.place(Agreement.AUTHORIZATION)).order
    origin = ELSEWHERE.model_copy(update={"service_id": order.channel.service_id})
    reading = AuthorizationReading(
        origin=origin, openid=order.buyer.openid, state=AuthorizationState.ACTIVE, at=w.clock.at
    )
    return order, said(origin, "PAYSCORE.USER_OPEN_SERVICE", PayNoticeKind.SERVICE_OPENED, reading)


Story = Callable[[SchoolWorld], Awaitable[tuple[Order, PayNotice]]]
STORIES: tuple[Story, ...] = (
    prepaid,
    deducting,
    one_fen,
    one_fen_at_its_own_merchant,
    at_another_school_of_the_partner,
    confirmed,
    plan_signed,
    plan_cancelled,
    refunded,
    permission_closed,
    permission_opened,
)


@pytest.mark.parametrize("story", STORIES)
async def test_whatever_another_merchant_is_told_changes_nothing_and_is_shown_to_the_operator(story: Story) -> None:
    w = await school_world()
    order, notice = await story(w)
    for _ in range(3):
        await take_notice(w.ports, notice)
    await w.work()
    assert await w.order(order.no) == order
    (case,) = await exceptions(w)
    assert case.detail["merchant"] == notice.merchant_id
    assert (await w.orders()) == [order]


@pytest.mark.parametrize("story", [permission_closed, permission_opened])
async def test_a_permission_another_merchant_is_told_of_stays_as_it_is(story: Story) -> None:
    w = await school_world()
    _, notice = await story(w)
    before = await w.authorization()
    await take_notice(w.ports, notice)
    assert await w.authorization() == before


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_at_any_write_the_operator_is_told_once_and_the_true_word_still_counts(when: str) -> None:
    for at in range(4):
        w = await school_world(lease=NO_LEASE)
        order, notice = await deducting(w)
        with pytest.raises(Killed) if at < 3 else _nothing():
            await take_notice(w.worker(**Mortality(at, when).stores(w.open_stores())), notice)  # type: ignore[arg-type]
        await take_notice(w.ports, notice)
        await w.work()
        assert len(await exceptions(w)) == 1
        assert await w.order(order.no) == order
        w.wechat.deduct(order.charges[0].no)
        await w.wechat.deliver(w.ports)
        assert (await w.order(order.no)).paid_fen == 3600


async def test_a_foreign_notice_does_not_stand_in_the_way_of_the_true_one() -> None:
    """Told through the same address, of the same number and state, but of another school."""
    w = await school_world()
    order, foreign = await deducting(w)
    w.wechat.deduct(order.charges[0].no)
    (true,) = w.wechat.take_notices()
    assert true.charge is not None
    school = true.charge.origin.model_copy(update={"sub_mchid": "1900000109"})
    foreign = said(school, true.event, true.kind, true.charge.model_copy(update={"origin": school}))
    assert foreign.key != true.key
    await take_notice(w.ports, foreign)
    assert (await w.order(order.no)).paid_fen == 0
    await take_notice(w.ports, true)
    assert (await w.order(order.no)).paid_fen == 3600


async def test_once_closed_the_next_foreign_word_opens_it_again() -> None:
    w = await school_world()
    order, notice = await one_fen(w)
    await take_notice(w.ports, notice)
    (case,) = await exceptions(w)
    await close_by_operator(w.ports, case.id, "学校写错了单号")
    await take_notice(w.ports, notice)
    assert not (await exceptions(w))[0].is_open
    w.clock.advance(minutes=1)
    await take_notice(w.ports, paid(ELSEWHERE, order.charges[0].no, 2).model_copy(update={"key": "another"}))
    assert (await exceptions(w))[0].is_open


class _nothing:  # noqa: N801 - reads as a word beside pytest.raises
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...
