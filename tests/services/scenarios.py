"""Scenarios of an order, as steps a client repeats when its answer never came; each ends the same, come what may."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from models.agenda import agenda
from models.charge import ChargeState, RefundState
from models.errors import Conflict, OutsideFailure, Refusal
from models.fee_mode import Agreement
from models.order import Order
from services.billing import turn_billing_off
from services.collecting import lower_charge, report_outside_payment
from services.ending import end_order, quote_ending
from services.lessons import AttendanceRow, confirm_lesson, report_attendance
from services.ports import Ports
from services.refunding import owe_refund
from services.telling import shown
from tests.fakes.school_world import SCHOOL, SchoolWorld

Step = Callable[[SchoolWorld, Ports], Awaitable[None]]
HORIZON = timedelta(days=6)
"""Shorter than the seven days an order waits for its learner: what needs longer than this to heal is not healed."""


@dataclass(frozen=True)
class Scenario:
    """What happens, step by step; the first `shared` steps are those of another scenario too, and not spoiled here."""

    name: str
    steps: tuple[Step, ...]
    shared: int = 0


@dataclass
class End:
    """Everything about the end of a scenario that must not depend on what went wrong on the way."""

    order: tuple[object, ...]
    lessons: list[str]
    charges: list[tuple[str, int, int]]
    ledger: list[int]


async def run_scenario(w: SchoolWorld, ports: Ports, scenario: Scenario, count: Callable[[], int]) -> tuple[End, range]:
    """Run it to its end, nobody interfering; returns the end, and which of what is counted belongs to this scenario."""
    for step in scenario.steps[: scenario.shared]:
        await step(w, ports)
    first = count()
    for step in scenario.steps[scenario.shared :]:
        await step(w, ports)
    end = await finish(w, ports)
    return end, range(first, count())


async def finish(w: SchoolWorld, ports: Ports) -> End:
    """Work, move the clock to whatever is due next, deduct and refund, until nothing is left to happen."""
    end = w.clock.at + HORIZON
    while w.clock.at < end:
        await settle(w, ports)
        w.wechat.land_late_requests()
        moments = [at for order in await w.orders() for at in agenda(order).values()]
        moments += [at for at in [(await w.authorization()).ask_at] if at] if w.wechat.permissions else []
        later = [at for at in moments if w.clock.at < at <= end]
        if not later or await _all_over(w):
            break
        w.clock.at = min(later)
    await settle(w, ports)
    return await the_end(w)


async def settle(w: SchoolWorld, ports: Ports) -> None:
    """Do what is due now, the learner looking on; WeChat has the money and gives back what is asked of it."""
    for _ in range(20):
        for order in await w.orders():
            await shown(ports, order, "order_page")
        await w.work(ports)
        moved = [w.wechat.deduct(no) for no in w.wechat.waiting_for_money()]
        moved += [w.wechat.finish_refund(no) for no in w.wechat.refunds_under_way()]
        await w.wechat.deliver(ports)
        if not any(moved):
            return


async def the_end(w: SchoolWorld) -> End:
    """Look at how things stand."""
    order = (await w.orders())[0]
    assert w.wechat.rule_breaks == []
    return End(
        order=(order.state, order.parked, order.paid_fen, order.refunded_fen, order.promised_fen),
        lessons=[lesson.state for lesson in order.lessons],
        charges=[(charge.state, charge.paid_fen, charge.refunded_fen) for charge in order.charges],
        ledger=[
            w.wechat.ledger.taken_fen(charge.no) - w.wechat.ledger.returned_fen(charge.no) for charge in order.charges
        ],
    )


async def _all_over(w: SchoolWorld) -> bool:
    orders = await w.orders()
    return all(order.is_final and not _still_owed_back(order) for order in orders)


def _still_owed_back(order: Order) -> bool:
    refunds = [refund for charge in order.charges for refund in charge.refunds]
    opening = order.charges_in(ChargeState.OPENING)
    plan = order.plan is not None and order.plan.act_at is not None
    return bool(opening) or plan or any(refund.state is not RefundState.REFUNDED for refund in refunds)


def placing(agreement: Agreement) -> Step:
    async def step(w: SchoolWorld, ports: Ports) -> None:
        await w.place(agreement, ports=ports)

    return step


async def agreeing(w: SchoolWorld, ports: Ports) -> None:
    """The learner acts inside WeChat; acting again there changes nothing."""
    w.agree((await w.orders())[0])
    await w.wechat.deliver(ports)
    await w.work(ports)


def teaching(*lessons: int, confirmed: bool = True) -> Step:
    async def step(w: SchoolWorld, ports: Ports) -> None:
        order = await begun(w, ports)
        for n in lessons:
            row = AttendanceRow(f"row-{n}", order.no, n, w.clock.at)
            outcome = (await report_attendance(ports, SCHOOL, [row], "xxk_abc"))[0]
            assert outcome.refusal is None
            if confirmed:
                await confirm_lesson(ports, w.learner.id, order.no, n, "miniprogram")

    return step


async def settling(w: SchoolWorld, ports: Ports) -> None:
    w.clock.advance(minutes=1)
    await settle(w, ports)


async def ending(w: SchoolWorld, ports: Ports) -> None:
    order = await begun(w, ports)
    if order.fence is None:
        quote = await quote_ending(ports, w.learner.id, order.no)
        await end_order(ports, w.learner.id, order.no, quote.id)


async def closing_at_wechat(w: SchoolWorld, ports: Ports) -> None:
    order = await begun(w, ports)
    if order.agreement is Agreement.PLAN:
        w.wechat.cancel_plan(f"{order.no}-S")
    else:
        w.wechat.close_service(order.channel, order.buyer.openid)
    await w.wechat.deliver(ports)


async def turning_billing_off(w: SchoolWorld, ports: Ports) -> None:
    await begun(w, ports)
    await turn_billing_off(ports, w.learner, SCHOOL)


async def refunding(w: SchoolWorld, ports: Ports) -> None:
    await until_paid(w, ports)
    for amount_fen, key in ((500, "a"), (700, "b")):
        order = (await w.orders())[0]
        await owe_refund(ports, SCHOOL, order.no, order.charges[0].no, amount_fen, "老师生病", key)


async def asked_for_money(w: SchoolWorld, ports: Ports) -> None:
    """Have WeChat asked for the money, and let it not have it yet."""
    w.clock.advance(minutes=1)
    for _ in range(30):
        await w.work(ports)
        charge = (await w.orders())[0].charges[0]
        if charge.state is ChargeState.DEDUCTING:
            return
        w.clock.advance(minutes=5)


async def lowering(w: SchoolWorld, ports: Ports) -> None:
    await asked_for_money(w, ports)
    order = (await w.orders())[0]
    for _ in range(2):
        try:
            await lower_charge(ports, SCHOOL, order.no, order.charges[0].no, 2500, "少上一节")
        except OutsideFailure:
            continue  # the institution tries again
        return


async def paying_outside(w: SchoolWorld, ports: Ports) -> None:
    await asked_for_money(w, ports)
    order = (await w.orders())[0]
    try:
        await report_outside_payment(ports, SCHOOL, order.no, order.charges[0].no, w.clock.at, "cash")
    except Conflict:
        assert order.charges[0].is_final or order.charges[0].outside_payment
    for _ in range(20):
        await w.work(ports)
        if (await w.orders())[0].charges[0].is_final:
            return
        w.clock.advance(minutes=1)


async def begun(w: SchoolWorld, ports: Ports) -> Order:
    """Return the order once it is in training, however long healing takes."""
    for _ in range(200):
        order = (await w.orders())[0]
        if order.signed_at:
            return order
        w.clock.advance(minutes=1)
        w.wechat.land_late_requests()
        await w.work(ports)
        if order.agreement is not Agreement.AUTHORIZATION:
            w.agree(order)
        await w.wechat.deliver(ports)
    raise AssertionError("the order never began")


async def until_paid(w: SchoolWorld, ports: Ports) -> None:
    """Settle until the first charge is paid, however long healing takes."""
    for _ in range(200):
        await settle(w, ports)
        if (await w.orders())[0].charges[0].state is ChargeState.PAID:
            return
        w.clock.advance(minutes=1)
    raise AssertionError("the charge was never paid")


def _whole(agreement: Agreement) -> Scenario:
    lessons = (teaching(1), settling, teaching(2, 3, 4), settling)
    return Scenario(f"whole-{agreement}", (placing(agreement), agreeing, *lessons))


def _part(name: str, agreement: Agreement, *steps: Step) -> Scenario:
    beginning = (placing(agreement), agreeing, teaching(1), settling)
    return Scenario(f"{name}-{agreement}", (*beginning, *steps), shared=len(beginning))


def _after_course(name: str, last: Step) -> Scenario:
    beginning = (placing(Agreement.AUTHORIZATION), agreeing, teaching(1, 2, 3, 4))
    return Scenario(name, (*beginning, last, settling), shared=len(beginning))


SCENARIOS = (
    *(_whole(agreement) for agreement in Agreement),
    *(_part("ended", agreement, teaching(2, confirmed=False), ending, settling) for agreement in Agreement),
    _part("billing-off", Agreement.AUTHORIZATION, closing_at_wechat, settling),
    _part("billing-off", Agreement.PLAN, closing_at_wechat, settling),
    _part("billing-off-here", Agreement.AUTHORIZATION, turning_billing_off, settling),
    _part("billing-off-here", Agreement.PLAN, turning_billing_off, settling),
    _after_course("refunded", refunding),
    _after_course("lowered", lowering),
    _after_course("paid-outside", paying_outside),
)

__all__ = ["SCENARIOS", "End", "Refusal", "Scenario", "finish", "run_scenario", "the_end"]
