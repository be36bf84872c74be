"""Whatever happened since the backup, whenever that was taken: after catching up the money agrees with WeChat's."""

import json
from datetime import timedelta
from typing import Any

import pytest

from jobs.runs import relay
from models.charge import ChannelReading
from models.errors import NotReady, OutsideFailure
from models.exceptions import ExceptionKind
from models.facts import FactKind
from models.fee_mode import Agreement
from models.generation import Memory
from models.invariants import broken
from models.lesson import LessonState
from models.merchant import Channel
from models.order import Order
from models.recovery import NOT_CAUGHT_UP
from services.billing import turn_billing_off
from services.catching_up import catch_up
from services.lessons import AttendanceRow, confirm_lesson, report_attendance
from services.notices import take_notice
from services.refunding import owe_refund
from services.timeline import export_evidence
from tests.fakes.memory_generations import MemoryGenerations
from tests.fakes.mortal import Killed, Mortality
from tests.fakes.school_world import NO_LEASE, SCHOOL, SchoolWorld, school_world
from tests.fakes.wechat import FakeWeChat
from tests.services.restoring import Backup, back_up, catch_up_all, kept_at_wechat_fen, kept_fen, outside_fen, restore
from tests.services.scenarios import SCENARIOS, Scenario, finish, settle, the_end
from tests.services.test_evidence import first_fault

MOMENTS = [(scenario, step) for scenario in SCENARIOS for step in range(1, len(scenario.steps))]


async def lived(scenario: Scenario, step: int) -> tuple[SchoolWorld, Backup]:
    """Play a scenario to its end, with a backup after so many steps."""
    w = await school_world(lease=NO_LEASE)
    for number, part in enumerate(scenario.steps):
        if number == step:
            backup = back_up(w)
        await part(w, w.ports)
    await finish(w, w.ports)
    return w, backup


@pytest.mark.parametrize(
    ("scenario", "step"), MOMENTS, ids=[f"{scenario.name}-after-{step}" for scenario, step in MOMENTS]
)
async def test_after_catching_up_the_money_agrees_and_nothing_is_taken_twice(scenario: Scenario, step: int) -> None:
    w, backup = await lived(scenario, step)
    [was] = await w.orders()
    await restore(w, backup)
    await catch_up_all(w)
    [order] = await w.orders()
    if "refunded" not in scenario.name:  # what a school gave back has a number nobody can ask about: see below
        assert kept_fen(order) - outside_fen(order) == kept_at_wechat_fen(w, order)
    assert order.paid_fen - outside_fen(order) == w.wechat.ledger.taken_fen(order.no)
    assert (order.parked, broken(order)) == ("", [])
    for lesson in order.lessons:
        assert lesson.attendance is None or lesson.attendance in [x.attendance for x in was.lessons]
    assert await _fault_in_evidence(w, order) is None
    await _live_on(w)
    [order] = await w.orders()
    assert await _fault_in_evidence(w, order) is None
    assert max((w.wechat.ledger.times_taken(charge.no) for charge in order.charges), default=0) <= 1
    assert w.wechat.ledger.taken_fen(order.no) <= order.price_fen
    assert w.wechat.rule_breaks == []


async def _fault_in_evidence(w: SchoolWorld, order: Order) -> str | None:
    """Check an order's evidence as anybody can, with the script that is published."""
    school = await w.ports.institutions.get(SCHOOL)
    assert school is not None
    await w.ports.contracts.add(SCHOOL, school.contract)
    pack = await export_evidence(w.ports, order.no)
    return first_fault(json.loads(pack.model_dump_json()))


async def _live_on(w: SchoolWorld) -> None:
    """The school reports again what it taught, the learner confirms again, and everything comes to its end."""
    [order] = await w.orders()
    for lesson in order.lessons_in(LessonState.SCHEDULED):
        row = AttendanceRow(f"row-{lesson.n}", order.no, lesson.n, w.clock.at)
        [outcome] = await report_attendance(w.ports, SCHOOL, [row], "xxk_abc")
        if outcome.taken:
            await confirm_lesson(w.ports, w.learner.id, order.no, lesson.n, "miniprogram")
    await finish(w, w.ports)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_killed_at_any_write_catching_up_ends_the_same(scenario: Scenario) -> None:
    clean, backup = await lived(scenario, 3)
    await restore(clean, backup)
    counting = Mortality()
    await catch_up_all(clean, clean.worker(**counting.stores(clean.open_stores())))
    expected = await the_end(clean)
    assert counting.writes
    for number in range(counting.writes):
        for when in ("before", "after"):
            w, backup = await lived(scenario, 3)
            await restore(w, backup)
            dying = Mortality(number, when)  # type: ignore[arg-type] # one of two words
            with pytest.raises(Killed):
                await catch_up_all(w, w.worker(**dying.stores(w.open_stores())))
            await catch_up_all(w)
            assert await the_end(w) == expected


async def test_catching_up_again_changes_nothing() -> None:
    w, backup = await lived(SCENARIOS[0], 3)
    life = await restore(w, backup)
    await catch_up_all(w)
    before = await w.orders()
    await MemoryGenerations(w.database).begin(life)
    await catch_up_all(w)
    assert await w.orders() == before


async def test_what_was_forgotten_is_told_and_people_get_their_time_again() -> None:
    w = await school_world()
    order = await w.begin(Agreement.NEED_CONFIRM)
    await w.report(order.no, 1)
    await w.teach(order.no, 2)
    await relay(w.ports, 50)
    backup = back_up(w)
    w.clock.advance(days=5)
    life = await restore(w, backup)
    await catch_up_all(w)
    order = await w.order(order.no)
    told = order.facts[-1]
    assert (told.kind, told.by, told.data) == (
        FactKind.ORDER_RESTORED,
        "xianxue",
        {"backup_at": backup.at.isoformat(), "generation": life.mark},
    )
    assert told.id == f"{order.no}.{told.seq}.{life.mark}"
    assert order.lesson(1).confirm_by == w.clock.at + timedelta(hours=48)
    await w.work()
    assert (await w.order(order.no)).lesson(1).state is LessonState.TAUGHT


async def test_money_whose_lessons_were_forgotten_waits_for_the_school_and_is_not_given_back() -> None:
    w = await school_world()
    order = await w.begin(Agreement.NEED_CONFIRM)
    await w.teach(order.no, 1)
    backup = back_up(w)
    await w.teach(order.no, 2, 3, 4)
    w.clock.advance(minutes=1)
    await settle(w, w.ports)
    assert w.wechat.ledger.taken_fen() == 3600
    await restore(w, backup)
    await catch_up_all(w)
    await settle(w, w.ports)
    await relay(w.ports, 50)
    order = await w.order(order.no)
    assert (order.paid_fen, order.promised_fen, order.state) == (3600, 0, "in_training")
    [case] = await w.ports.exceptions.page(is_open=True)
    assert (case.kind, case.subject, case.owner) == (
        ExceptionKind.CHARGE_UNPROVEN,
        order.charges[0].no,
        "institution",
    )
    assert case.detail["amount_fen"] == 3600
    await w.teach(order.no, 2, 3, 4)
    await relay(w.ports, 50)
    assert await w.ports.exceptions.page(is_open=True) == []
    order = await w.order(order.no)
    assert (order.state, order.paid_fen, order.promised_fen) == ("settled", 3600, 0)


async def test_a_lesson_disputed_after_all_is_given_back() -> None:
    w = await school_world()
    order = await w.begin(Agreement.PLAN)
    await w.work()
    backup = back_up(w)
    await w.teach(order.no, 1)
    w.clock.advance(minutes=1)
    await settle(w, w.ports)
    await restore(w, backup)
    await catch_up_all(w)
    await owe_refund(w.ports, SCHOOL, order.no, f"{order.no}-01", 1000, "没有上", "key")
    order = await w.order(order.no)
    assert [fact.kind for fact in order.facts][-1] == FactKind.CHARGE_PROVEN
    await settle(w, w.ports)
    assert kept_fen(await w.order(order.no)) == kept_at_wechat_fen(w, order) == 0


async def test_a_refund_that_was_forgotten_is_learnt_from_its_notice() -> None:
    w = await school_world()
    order = await w.begin(Agreement.NEED_CONFIRM)
    await w.teach(order.no, 1, 2, 3, 4)
    w.clock.advance(minutes=1)
    await settle(w, w.ports)
    backup = back_up(w)
    await owe_refund(w.ports, SCHOOL, order.no, order.charges[0].no, 500, "老师生病", "key")
    await w.work()
    [no] = w.wechat.refunds_under_way()
    w.wechat.finish_refund(no)
    [notice] = w.wechat.take_notices()
    await restore(w, backup)
    await catch_up_all(w)
    await take_notice(w.ports, notice)
    order = await w.order(order.no)
    assert kept_fen(order) == kept_at_wechat_fen(w, order) == 3100
    assert order.charges[0].refunds[0].no == no


async def test_an_order_placed_after_the_backup_is_named_when_wechat_speaks_of_it() -> None:
    w = await school_world()
    backup = back_up(w)
    placed = await w.place(Agreement.NEED_CONFIRM)
    w.agree(placed.order)
    [notice] = w.wechat.take_notices()
    await restore(w, backup)
    await catch_up_all(w)
    await take_notice(w.ports, notice)
    [case] = await w.ports.exceptions.page()
    assert (case.kind, case.subject) == (ExceptionKind.FORGOTTEN_AT_WECHAT, placed.order.charges[0].no)
    again = await w.place(Agreement.NEED_CONFIRM)
    assert again.order.no != placed.order.no


async def test_while_wechat_does_not_answer_it_waits() -> None:
    w, backup = await lived(SCENARIOS[0], 3)
    await restore(w, backup)
    w.wechat.fail("query_service", times=3)
    for _ in range(3):
        assert await catch_up(w.ports, 50) == 0
        w.clock.advance(hours=1)
        with pytest.raises(NotReady):
            await w.report((await w.orders())[0].no, 1)
    await catch_up_all(w)
    assert (await w.orders())[0].parked == ""


class SilentAbout:
    """WeChat, which never answers about one number."""

    def __init__(self, wechat: FakeWeChat, number: str) -> None:
        self._wechat, self._number = wechat, number

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wechat, name)

    async def query_service(self, channel: Channel, charge_no: str) -> ChannelReading | None:
        if charge_no == self._number:
            raise OutsideFailure("wechat_silent")
        return await self._wechat.query_service(channel, charge_no)


async def test_one_order_wechat_says_nothing_about_does_not_keep_the_others_waiting_for_ever() -> None:
    w = await school_world()
    orders = [await w.begin(Agreement.NEED_CONFIRM, f"key-{n}") for n in range(3)]
    backup = back_up(w)
    await restore(w, backup)
    ports = w.worker(service_gateway=SilentAbout(w.wechat, orders[1].charges[0].no))
    assert await catch_up(ports, 50) == 0
    w.clock.advance(minutes=16)
    await catch_up_all(w, ports)
    assert [(await w.order(order.no)).parked for order in orders] == ["", NOT_CAUGHT_UP, ""]
    assert (await MemoryGenerations(w.database).current()).memory is Memory.WHOLE


async def test_billing_turned_off_since_is_off() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.teach(order.no, 1)
    backup = back_up(w)
    w.clock.advance(hours=1)
    w.wechat.close_service(order.channel, order.buyer.openid)
    await w.wechat.deliver(w.ports)
    await restore(w, backup)
    await catch_up_all(w)
    order = await w.order(order.no)
    assert order.fence is not None
    assert (await w.authorization()).state == "closed"


async def test_billing_turned_off_here_stays_off_though_wechat_was_not_told_yet() -> None:
    w = await school_world()
    await w.begin(Agreement.AUTHORIZATION)
    await turn_billing_off(w.ports, w.learner, SCHOOL)
    backup = back_up(w)
    await restore(w, backup)
    await catch_up_all(w)
    assert ((await w.authorization()).state, (await w.authorization()).take_back) == ("closed", True)
