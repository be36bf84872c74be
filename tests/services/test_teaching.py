import asyncio
from datetime import timedelta

import pytest

from models.errors import Conflict, NotFound
from models.fee_mode import Agreement
from models.lesson import LessonState
from models.order import OrderState
from services.lessons import (
    AttendanceRow,
    cancel_lesson,
    confirm_by_silence,
    confirm_lesson,
    end_course,
    plan_make_up,
    report_attendance,
    reschedule_lesson,
)
from tests.fakes.school_world import SCHOOL, SchoolWorld, school_world


def rows(w: SchoolWorld, no: str, *lessons: int) -> list[AttendanceRow]:
    return [AttendanceRow(f"row-{n}", no, n, w.clock.at) for n in lessons]


async def test_a_batch_is_taken_row_by_row_and_a_bad_row_spoils_no_other() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    other = await w.place(Agreement.NEED_CONFIRM, "key-2")
    future = AttendanceRow("row-f", order.no, 3, w.clock.at + timedelta(hours=1))
    batch = [*rows(w, order.no, 1, 9, 2, 1), future, *rows(w, other.order.no, 4), *rows(w, "X-unknown", 1)]
    outcomes = await report_attendance(w.ports, SCHOOL, batch, "xxk_abc")
    assert [(x.taken, x.known, x.refusal and x.refusal.code) for x in outcomes] == [
        (True, False, None),
        (False, False, "lesson_not_found"),
        (True, False, None),
        (False, True, None),
        (False, False, "taught_in_future"),
        (False, False, "order_not_in_training"),
        (False, False, "order_not_found"),
    ]


async def test_another_institutions_report_is_refused_like_an_unknown_order() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    outcome = (await report_attendance(w.ports, "another", rows(w, order.no, 1), "xxk_abc"))[0]
    assert outcome.refusal is not None
    assert outcome.refusal.code == "order_not_found"
    assert (await w.order(order.no)) == order


async def test_the_same_batch_from_two_processes_at_once_is_taken_once() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    batch = rows(w, order.no, 1, 2, 3)
    both = await asyncio.gather(*(report_attendance(w.worker(), SCHOOL, batch, "xxk_abc") for _ in range(2)))
    assert sum(outcome.taken for outcomes in both for outcome in outcomes) == 3
    told = [fact for fact in (await w.order(order.no)).facts if fact.kind == "lesson_taught"]
    assert len(told) == 3


async def test_confirming_twice_at_once_is_once() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.report(order.no, 1)
    await asyncio.gather(*(confirm_lesson(w.worker(), w.learner.id, order.no, 1, "miniprogram") for _ in range(3)))
    told = [fact for fact in (await w.order(order.no)).facts if fact.kind == "lesson_confirmed"]
    assert len(told) == 1


async def test_only_the_learner_confirms() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.report(order.no, 1)
    with pytest.raises(NotFound, match="order_not_found"):
        await confirm_lesson(w.ports, "L2", order.no, 1, "miniprogram")


async def test_silence_is_consent_when_the_window_ends_and_the_job_does_it() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.report(order.no, 1, 2)
    await w.look(order.no)
    await w.live(hours=47, minutes=59)
    assert (await w.order(order.no)).owed_fen == 0
    await w.live(minutes=2)
    assert (await w.order(order.no)).owed_fen == 1900
    before = await w.order(order.no)
    assert await confirm_by_silence(w.ports, order.no) == before


async def test_a_course_declared_over_is_charged_for_what_was_confirmed() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.teach(order.no, 1, 2)
    for _ in range(2):
        await end_course(w.ports, SCHOOL, order.no)
    await w.look(order.no)
    await w.live(minutes=1)
    w.wechat.deduct(order.charges[0].no)
    await w.wechat.deliver(w.ports)
    order = await end_course(w.ports, SCHOOL, order.no)
    assert (order.state, order.paid_fen) == (OrderState.SETTLED, 1900)


async def test_a_course_with_an_open_lesson_is_not_over() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.report(order.no, 1)
    before = await w.order(order.no)
    with pytest.raises(Conflict, match="lessons_open"):
        await end_course(w.ports, SCHOOL, order.no)
    assert await w.order(order.no) == before


async def test_the_timetable_belongs_to_the_institution_and_a_repeat_changes_nothing() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    later = w.clock.at + timedelta(days=2)
    with pytest.raises(NotFound):
        await reschedule_lesson(w.ports, "another", order.no, 1, later, "")
    moved = await reschedule_lesson(w.ports, SCHOOL, order.no, 1, later, "换时间")
    assert await reschedule_lesson(w.ports, SCHOOL, order.no, 1, later, "换时间") == moved
    cancelled = await cancel_lesson(w.ports, SCHOOL, order.no, 2, "老师生病")
    assert await cancel_lesson(w.ports, SCHOOL, order.no, 2, "老师生病") == cancelled
    assert cancelled.lesson(2).state is LessonState.CANCELLED
    with pytest.raises(Conflict, match="lesson_not_void"):
        await plan_make_up(w.ports, SCHOOL, order.no, 3, later)


async def test_under_a_plan_an_unpaid_lesson_keeps_the_next_from_being_charged_but_not_from_being_taught() -> None:
    w = await school_world()
    order = await w.begin(Agreement.PLAN)
    await w.teach(order.no, 1, 2)
    await w.live(hours=5)
    order = await w.order(order.no)
    assert [charge.state for charge in order.charges[:2]] == ["deducting", "none"]
    assert order.owed_fen == 1900
    w.wechat.deduct(order.charges[0].no)
    await w.live(minutes=5)
    assert (await w.order(order.no)).charges[1].state == "deducting"
    assert w.wechat.rule_breaks == []
