"""Everything that can happen to a school's orders, for hypothesis to mix; see test_order_machine.py."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lab.rig.orders import ANY_REPORTS
from models.agenda import agenda
from models.charge import ABNORMAL, RefundState
from models.errors import OutsideFailure, Refusal
from models.fee_mode import Agreement
from models.invariants import broken
from models.lesson import LessonState
from models.notices import PayNotice
from models.order import Order
from models.policy import Policy
from services.authorizing import start_authorization
from services.billing import turn_billing_off
from services.collecting import lower_charge, report_outside_payment
from services.ending import end_by_institution, end_order, quote_ending, withdraw_order
from services.healing import heal_order
from services.lessons import (
    AttendanceRow,
    answer_dispute,
    cancel_lesson,
    concede_dispute,
    confirm_lesson,
    decide_dispute,
    dispute_lesson,
    end_course,
    plan_make_up,
    report_attendance,
    reschedule_lesson,
    withdraw_dispute,
)
from services.notices import take_notice
from services.ordering import advance_order
from services.refunding import owe_refund, redirect_refund, refund, retry_refund
from services.settlement import settle
from tests.fakes.school_world import JOBS, NO_LEASE, SCHOOL, school_world
from tests.fakes.wechat.faults import When
from tests.services.order_promises import frozen_holds, is_over, ledger_holds, likely_charge
from tests.services.order_steps import (
    CALLS,
    CARD,
    END_STEPS,
    LESSON_STEPS,
    MONEY_STEPS,
    NOTICE_STEPS,
    PICK,
    REFUND_PROBLEMS,
    SECONDS_PASSING,
    WHEN,
)

R = TypeVar("R")

MOST_ORDERS = 3
PATIENCE = timedelta(days=40)
"""Longer than any deadline: what is not over by then never will be."""


class OrderMachine(RuleBasedStateMachine):
    """One learner and one school with a few orders of any kind; `lost` notices may still turn up, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.lost: list[PayNotice] = []
        self.seen: dict[str, Order] = {}
        self.quotes: dict[str, str] = {}
        self.w = self.run(
            school_world(
                lease=NO_LEASE, policy=Policy(reports=ANY_REPORTS, prepay_refund_fee_percent=10, dispute_window_h=72)
            )
        )

    def run(self, step: Coroutine[Any, Any, R]) -> R:
        """Do something asynchronous."""
        return self.runner.run(step)

    async def attempt(self, step: Awaitable[object]) -> None:
        """Do something that may be refused by name, or go unanswered; whatever else it raises is a fault."""
        try:
            await step
        except (Refusal, OutsideFailure):
            return

    def order(self, pick: int) -> Order:
        """Return one of the orders as last seen: what its people do may come too late."""
        orders = sorted(self.seen.values(), key=lambda order: order.no)
        return orders[pick % len(orders)]

    @initialize(first=st.sampled_from(list(Agreement)), begins=st.sampled_from([True, True, True, False]))
    def somebody_orders(self, first: Agreement, begins: bool) -> None:  # noqa: FBT001 - drawn
        """Begin with an order, mostly one in training already: there most can happen."""
        self.run(self.w.begin(first) if begins else self.attempt(self.w.place(first)))

    @rule(pick=PICK, agreement=st.sampled_from([None, None, *Agreement]))
    def order_or_agree(self, pick: int, agreement: Agreement | None) -> None:
        """Order (at times twice with one key), press the button again, or do in WeChat what is asked for there."""
        if agreement and len(self.seen) < MOST_ORDERS:
            key = f"key-{len(self.seen) + 1}"
            self.run(self.attempt(self.w.place(agreement, key)))
            if pick % 3 == 0:
                self.run(self.attempt(self.w.place(agreement, key)))
        elif pick % 2:
            self.run(self.attempt(advance_order(self.w.ports, self.order(pick))))
        else:
            self.w.agree(self.order(pick))

    @rule(
        pick=PICK, n=st.integers(1, 4), step=st.sampled_from(LESSON_STEPS), back_min=st.sampled_from([0, 1, 90, 3000])
    )
    def a_day_at_school(self, pick: int, n: int, step: str, back_min: int) -> None:
        """Teach, confirm, dispute, answer, decide, move, call off or make up a lesson."""
        w, order = self.w, self.order(pick)
        ports, no, me = w.ports, order.no, w.learner.id
        taught_at, later = w.clock.at - timedelta(minutes=back_min), w.clock.at + timedelta(days=2)
        steps: dict[str, Callable[[], Awaitable[object]]] = {
            "all": lambda: self._teach(order, taught_at=w.clock.at, lessons=(1, 2, 3, 4), confirm=True),
            "attend": lambda: self._teach(order, taught_at=taught_at, lessons=(n, n), confirm=False),
            "attend and confirm": lambda: self._teach(order, taught_at=taught_at, lessons=(n,), confirm=True),
            "confirm": lambda: confirm_lesson(ports, me, no, n, "miniprogram"),
            "dispute": lambda: dispute_lesson(ports, me, no, n, "老师没来"),
            "take back": lambda: withdraw_dispute(ports, me, no, n),
            "answer": lambda: answer_dispute(ports, SCHOOL, no, n, "老师到了"),
            "concede": lambda: concede_dispute(ports, SCHOOL, no, n),
            "decide confirmed": lambda: decide_dispute(ports, no, n, "confirmed"),
            "decide void": lambda: decide_dispute(ports, no, n, "void"),
            "move": lambda: reschedule_lesson(ports, SCHOOL, no, n, later, "换时间"),
            "call off": lambda: cancel_lesson(ports, SCHOOL, no, n, "老师生病"),
            "make up": lambda: plan_make_up(ports, SCHOOL, no, n, later),
        }
        self.run(self.attempt(steps[step]()))

    async def _teach(self, order: Order, *, taught_at: object, lessons: tuple[int, ...], confirm: bool) -> None:
        for n in lessons:
            report_id = f"{order.no}-{n}-{len(order.lesson(n).voided_reports)}"
            row = AttendanceRow(report_id, order.no, n, taught_at)  # type: ignore[arg-type] # a moment
            await report_attendance(self.w.ports, SCHOOL, [row], "xxk_abc")
            if confirm:
                confirmed = confirm_lesson(self.w.ports, self.w.learner.id, order.no, n, "miniprogram")
                await self.attempt(confirmed)

    @rule(pick=PICK, step=st.sampled_from(END_STEPS))
    def somebody_ends_it(self, pick: int, step: str) -> None:
        """End, complete, take back, or turn billing off here or inside WeChat; or allow it again."""
        w, order = self.w, self.order(pick)
        ports, no, channel = w.ports, order.no, w.channel(Agreement.AUTHORIZATION)
        quote_id = self.quotes.get(order.no, "none")
        steps: dict[str, Callable[[], Awaitable[object]]] = {
            "quote and accept": lambda: self._end_by_quote(no),
            "quote": lambda: self._quote(no),
            "accept": lambda: end_order(ports, w.learner.id, no, quote_id),
            "institution": lambda: end_by_institution(ports, SCHOOL, no, "老师离职"),
            "completion": lambda: end_course(ports, SCHOOL, no),
            "take back": lambda: withdraw_order(ports, w.learner.id, no),
            "close here": lambda: turn_billing_off(ports, w.learner, SCHOOL),
            "authorize again": lambda: start_authorization(ports, w.learner, SCHOOL),
        }
        if step in steps:
            self.run(self.attempt(steps[step]()))
        if step == "cancel plan":
            w.wechat.cancel_plan(f"{no}-S")
        elif step == "close service":
            w.wechat.close_service(channel, w.learner.openid)
        elif step == "authorize again":
            w.wechat.authorize(channel, w.learner.openid)

    async def _quote(self, no: str) -> None:
        """Ask what ending costs, and keep the quote to accept it later, when much may have happened."""
        self.quotes[no] = (await quote_ending(self.w.ports, self.w.learner.id, no)).id

    async def _end_by_quote(self, no: str) -> None:
        """What the quote says is what is charged: remembered, and compared at the end."""
        quote = await quote_ending(self.w.ports, self.w.learner.id, no)
        await end_order(self.w.ports, self.w.learner.id, no, quote.id)

    @rule(pick=PICK, step=st.sampled_from(MONEY_STEPS), amount_fen=st.integers(1, 4000), key=st.sampled_from("abc"))
    def money_moves(self, pick: int, step: str, amount_fen: int, key: str) -> None:
        """WeChat deducts or gives back; the institution gives back, asks for less, or was paid itself."""
        w, order = self.w, self.order(pick)
        charge = likely_charge(order, pick)
        waiting, under_way = w.wechat.waiting_for_money(), w.wechat.refunds_under_way()
        steps: dict[str, Callable[[], Awaitable[object]]] = {
            "give back": lambda: owe_refund(w.ports, SCHOOL, order.no, charge.no, amount_fen, "老师生病", key),
            "try again": self._retry_failed_refunds,
            "lower": lambda: lower_charge(w.ports, SCHOOL, order.no, charge.no, amount_fen, "少上一节"),
            "paid outside": lambda: report_outside_payment(w.ports, SCHOOL, order.no, charge.no, w.clock.at, "cash"),
        }
        match step:
            case "deduct" | "deduct all":
                for no in waiting if step == "deduct all" else waiting[:1]:
                    w.wechat.deduct(no)
            case "refunds done" | "refund fails" | "refund closes":
                for no in under_way:
                    w.wechat.finish_refund(no, problem=REFUND_PROBLEMS.get(step, ""))
            case _:
                self.run(self.attempt(steps[step]()))

    @rule(pick=PICK, step=st.sampled_from(NOTICE_STEPS))
    def notices_come_and_go(self, pick: int, step: str) -> None:
        """Notices arrive, three times at once, never, or long after."""
        match step:
            case "deliver" | "repeat":
                self.run(self._arrive(1 if step == "deliver" else 3))
            case "lose":
                self.lost += self.w.wechat.take_notices()
            case "late" if self.lost:
                self.run(take_notice(self.w.ports, self.lost.pop(pick % len(self.lost))))

    async def _arrive(self, times: int) -> None:
        for notice in self.w.wechat.take_notices():
            await asyncio.gather(*(take_notice(self.w.ports, notice) for _ in range(times)))

    @rule(call=st.sampled_from([None, None, *CALLS]), when=st.sampled_from(WHEN), times=st.integers(1, 2))
    def wechat_fails(self, call: str | None, when: When, times: int) -> None:
        """The next calls of one kind, or the very next one, are not answered: not done, done, or done later."""
        if call is None:
            self.w.wechat.fail_next(when)
        else:
            self.w.wechat.fail(call, when, times=times)

    @rule(seconds=st.sampled_from(SECONDS_PASSING))
    def time_passes(self, seconds: int) -> None:
        """A request still under way has arrived by the time nobody may wait for it any more."""
        self.w.clock.advance(seconds=seconds)
        if seconds > 120:
            self.w.wechat.land_late_requests()

    @rule(job=st.sampled_from([None, None, None, *JOBS]))
    def jobs_look(self, job: Callable[..., Awaitable[int]] | None) -> None:
        """All jobs look, or two processes at once do one."""
        self.run(self._two_at_once(job) if job else self._all_jobs())

    async def _two_at_once(self, job: Callable[..., Awaitable[int]]) -> None:
        await asyncio.gather(job(self.w.ports, 50), job(self.w.worker(), 50))

    async def _all_jobs(self) -> None:
        for _ in range(2):
            for job in JOBS:
                await job(self.w.ports, 50)

    @rule(pick=PICK, lessons=st.integers(1, 4))
    def all_goes_well(self, pick: int, lessons: int) -> None:
        """The next lessons are taught and confirmed, and paid for if they are charged one by one."""
        order = self.order(pick)
        to_come = [lesson.n for lesson in order.lessons_in(LessonState.SCHEDULED)][:lessons]
        self.run(self._all_goes_well(order, tuple(to_come)))

    async def _all_goes_well(self, order: Order, lessons: tuple[int, ...]) -> None:
        self.w.agree(order)
        await self._arrive(1)
        await self._all_jobs()
        await self._teach(order, taught_at=self.w.clock.at, lessons=lessons, confirm=True)
        self.w.clock.advance(minutes=1)
        for _ in range(2):
            await self._all_jobs()
            for no in self.w.wechat.waiting_for_money():
                self.w.wechat.deduct(no)
            await self._arrive(1)

    @rule(pick=PICK, n=st.integers(1, 4), who=st.lists(st.integers(0, 8), min_size=2, max_size=4))
    def a_busy_moment(self, pick: int, n: int, who: list[int]) -> None:
        """Several people, jobs and notices come to one order at the same instant, each in a process of its own."""
        w, order = self.w, self.order(pick)
        no, me = order.no, w.learner.id
        quote_id = self.quotes.get(order.no, "none")
        notices = w.wechat.take_notices()
        busy: list[Callable[[], Awaitable[object]]] = [
            lambda: settle(w.worker(), no),
            lambda: heal_order(w.worker(), no),
            lambda: confirm_lesson(w.worker(), me, no, n, "miniprogram"),
            lambda: dispute_lesson(w.worker(), me, no, n, "老师没来"),
            lambda: self._teach(order, taught_at=w.clock.at, lessons=(n,), confirm=False),
            lambda: end_by_institution(w.worker(), SCHOOL, no, "老师离职"),
            lambda: end_order(w.worker(), me, no, quote_id),
            lambda: withdraw_order(w.worker(), me, no),
            lambda: refund(w.worker(), no),
        ]
        steps = [self.attempt(busy[which]()) for which in who]
        self.run(_all_of(*steps, *(take_notice(w.worker(), notice) for notice in notices)))

    @invariant()
    def our_money_is_wechats_money(self) -> None:
        """Nothing is taken twice or after a fence, nothing we do not answer for; nothing frozen or final moves."""
        was, self.seen = self.seen, {order.no: order for order in self.run(self.w.orders())}
        assert self.w.wechat.rule_breaks == []
        for order in self.seen.values():
            assert broken(order) == []
            assert order.parked == ""
            for charge in order.charges:
                ledger_holds(self.w, order, charge)
            if order.no in was:
                frozen_holds(was[order.no], order)

    def teardown(self) -> None:
        """Stop the faults, let people and time finish what was begun: nothing stays open, no fen is missing."""
        try:
            self.run(self._end_well())
        finally:
            self.runner.close()

    async def _end_well(self) -> None:
        w = self.w
        w.wechat.forgive()
        w.wechat.land_late_requests()
        for notice in self.lost + w.wechat.take_notices():
            await take_notice(w.ports, notice)
        for order in await w.orders():
            await self.attempt(end_by_institution(w.ports, SCHOOL, order.no, "学期结束"))
        end = w.clock.at + PATIENCE
        while w.clock.at < end:
            await self._settle_now()
            moments = [at for order in await w.orders() for at in agenda(order).values() if at > w.clock.at]
            if not moments:
                break
            w.clock.at = min(moments)
        for order in await w.orders():
            is_over(w, order)

    async def _settle_now(self) -> None:
        w = self.w
        for _ in range(40):
            await w.work(rounds=40)
            moved = [w.wechat.deduct(no) for no in w.wechat.waiting_for_money()]
            moved += [w.wechat.finish_refund(no) for no in w.wechat.refunds_under_way()]
            await w.wechat.deliver(w.ports)
            if not any(moved) and not await self._retry_failed_refunds():
                return

    async def _retry_failed_refunds(self) -> int:
        p, orders = self.w.ports, await self.w.orders()
        refunds = [(order.no, x) for order in orders for charge in order.charges for x in charge.refunds]
        closed = [(no, x) for no, x in refunds if x.state is RefundState.CLOSED and not x.again_no]
        failed = [(no, x) for no, x in refunds if x.state is RefundState.FAILED]
        for no, one in failed + closed:
            is_abnormal = one.problem == ABNORMAL
            await (redirect_refund(p, SCHOOL, no, one.no, CARD) if is_abnormal else retry_refund(p, SCHOOL, no, one.no))
        return len(failed + closed)


async def _all_of(*steps: Awaitable[object]) -> None:
    await asyncio.gather(*steps)
