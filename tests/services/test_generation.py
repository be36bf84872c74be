"""After a restore nothing is acted upon until WeChat was asked, and a process of the life before never acts again."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from jobs.scheduler import Job, Jobs
from lab.rig.orders import NOON
from models.errors import NotReady
from models.fee_mode import Agreement
from models.generation import Generation, Memory, generation_mark
from services.authorizing import start_authorization
from services.billing import turn_billing_off
from services.ending import end_by_institution
from services.generation import may_act, require_memory
from services.lessons import confirm_lesson
from services.notices import take_notice
from services.ports import Ports
from tests.fakes.memory_generations import MemoryGenerations
from tests.fakes.school_world import SCHOOL, SchoolWorld, school_world

MARK = generation_mark(NOON)


async def enter(w: SchoolWorld, memory: Memory, mark: str = "") -> None:
    """Let the database be in another life."""
    await MemoryGenerations(w.database).begin(Generation(number=2, mark=mark, memory=memory, backup_at=NOON))


DEEDS: dict[str, Callable[[SchoolWorld, str], Awaitable[object]]] = {
    "place": lambda w, _: w.place(Agreement.NEED_CONFIRM, "key-9"),
    "place by plan": lambda w, _: w.place(Agreement.PLAN, "key-8"),
    "confirm": lambda w, no: confirm_lesson(w.ports, w.learner.id, no, 1, "miniprogram"),
    "report": lambda w, no: w.report(no, 2),
    "end": lambda w, no: end_by_institution(w.ports, SCHOOL, no, "stop"),
    "authorize": lambda w, _: start_authorization(w.ports, w.learner, SCHOOL),
    "turn billing off": lambda w, _: turn_billing_off(w.ports, w.learner, SCHOOL),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("memory", [Memory.CATCHING_UP, Memory.RESTORING])
async def test_nothing_is_done_until_it_has_caught_up(deed: str, memory: Memory) -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await w.report(order.no, 1)
    before, calls = w.database.collections["orders"].copy(), len(w.wechat.calls)
    await enter(w, memory)
    with pytest.raises(NotReady) as refused:
        await DEEDS[deed](w, order.no)
    assert (refused.value.code, refused.value.detail) == ("catching_up", {"retry_after_s": 60})
    assert w.database.collections["orders"] == before
    assert len(w.wechat.calls) == calls
    await enter(w, Memory.WHOLE)
    await DEEDS[deed](w, order.no)


async def test_a_notice_waits_and_is_applied_afterwards() -> None:
    w = await school_world(lease=timedelta(0))
    placed = await w.place(Agreement.NEED_CONFIRM)
    w.agree(placed.order)
    [notice] = w.wechat.take_notices()
    await enter(w, Memory.CATCHING_UP)
    with pytest.raises(NotReady):
        await take_notice(w.ports, notice)
    await enter(w, Memory.WHOLE)
    await w.work()
    assert (await w.order(placed.order.no)).signed_at is not None


async def test_a_process_of_the_life_before_never_acts_again() -> None:
    w = await school_world()
    order = await w.begin(Agreement.AUTHORIZATION)
    await enter(w, Memory.WHOLE, MARK)
    with pytest.raises(NotReady) as refused:
        await w.report(order.no, 1)
    assert refused.value.code == "generation_over"
    assert not await may_act(w.ports)


async def test_jobs_that_act_stand_still_and_the_others_go_on() -> None:
    w = await school_world()
    ran: list[str] = []

    def job(name: str, *, acts: bool) -> Job:
        async def run(_: Ports, __: int) -> int:
            ran.append(name)
            return 0

        return Job(name, run, timedelta(0), acts=acts)

    jobs = Jobs(w.ports, (job("settle", acts=True), job("count", acts=False)), tick_s=1)
    await enter(w, Memory.CATCHING_UP)
    with pytest.raises(NotReady, match="catching_up"):
        await jobs.run_once("settle")
    await jobs.run_once("count")
    assert ran == ["count"]
    await enter(w, Memory.WHOLE)
    await jobs.run_once("settle")
    assert ran == ["count", "settle"]


async def test_numbers_made_in_a_later_life_carry_its_mark() -> None:
    w = await school_world()
    await enter(w, Memory.WHOLE, MARK)
    w.ports.ids.mark = MARK  # type: ignore[misc] # the fake's
    await require_memory(w.ports)
    placed = await w.place(Agreement.NEED_CONFIRM)
    assert placed.order.no.startswith(f"X{w.clock.at:%Y%m%d}{MARK}")
