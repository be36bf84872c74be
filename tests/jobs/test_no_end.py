"""No work is without end: rounds are finite, vain tries back off, and what stays stuck is handed to a person."""

from datetime import timedelta

import pytest

from jobs.runs import UseCase, watch_stuck_work, work_on
from jobs.scheduler import PAGES, Job, Jobs
from lab.rig.orders import placed
from models.agenda import Due
from models.errors import OutsideFailure
from models.exceptions import ExceptionCase, ExceptionKind, Owner
from models.order import Order
from models.work import Patience
from services.changing import change
from services.ports import Ports
from services.stuck_work import WENT_ON
from store.mongo import Database
from store.stores import open_stores
from tests.fakes.memory import MemoryDatabase
from tests.fakes.outside import START
from tests.fakes.stores import memory_stores, port_stores
from tests.fakes.world import World
from tests.store.samples import NOON

IMPATIENT = Patience(first_wait=timedelta(0), stuck_after=3)


@pytest.fixture(params=["memory", "mongo"])
def impatient(request: pytest.FixtureRequest) -> World:
    """Return a world whose work is stuck after three vain tries, and waits for none of them."""
    if request.param == "memory":
        memory = MemoryDatabase()
        return World(lambda: memory_stores(memory, IMPATIENT))
    database: Database = request.getfixturevalue("database")
    return World(lambda: port_stores(open_stores(database, IMPATIENT)))


async def leave_it(_: Ports, __: Order | str) -> None:
    """Do nothing about what is due."""


async def put_it_off(ports: Ports, which: Order | str) -> None:
    """Do what is due."""

    def later(order: Order, _: object) -> None:
        order.ask_at = START + timedelta(days=1)

    await change(ports, which, later)


async def ask(ports: Ports, use_case: UseCase = leave_it, page: int = 200) -> int:
    return await work_on(ports, Due.HEAL, use_case, page)


async def stuck_cases(ports: Ports) -> list[ExceptionCase]:
    await watch_stuck_work(ports, 200)
    return await ports.exceptions.page(kind=ExceptionKind.WORK_STUCK, limit=200)


async def test_work_left_as_it_was_is_not_taken_up_again_at_once(any_world: World) -> None:
    await any_world.know(placed(no="X1"))
    ports = any_world.ports
    assert await ask(ports) == 1
    assert await ask(ports) == 0


async def test_what_can_never_be_done_starves_nothing_that_can(any_world: World) -> None:
    ports, asked = any_world.ports, list[str]()
    for n in range(30):
        await any_world.know(placed(no=f"OLD{n:02d}", at=NOON - timedelta(days=1)))
    await any_world.know(placed(no="NEW"))

    async def only_the_new_one(ports: Ports, which: Order | str) -> None:
        assert isinstance(which, Order)
        asked.append(which.no)
        if which.no == "NEW":
            await put_it_off(ports, which)

    job = Job("heal", lambda ports, page: ask(ports, only_the_new_one, page), timedelta(0), page=20)
    assert await Jobs(ports, (job,), tick_s=1).run_once("heal") == 31
    assert asked[-1] == "NEW"
    assert len(asked) == len(set(asked)) == 31


async def test_a_round_is_finite_however_much_is_due(world: World) -> None:
    pages: list[int] = []

    async def endless(_: Ports, page: int) -> int:
        pages.append(page)
        return page

    jobs = Jobs(world.ports, (Job("endless", endless, timedelta(0), page=7),), tick_s=1)
    assert await jobs.run_once("endless") == 7 * PAGES
    assert pages == [7] * PAGES
    assert await jobs.run_once("endless", pages=3) == 21


async def test_stuck_work_becomes_the_operators_once_and_closes_when_it_goes_on(impatient: World) -> None:
    await impatient.know(placed(no="X1"))
    ports = impatient.worker()
    for _ in range(2):
        assert await ask(ports) == 1
    assert await stuck_cases(ports) == []
    assert await ask(ports) == 1
    [case] = await stuck_cases(ports)
    assert (case.kind, case.owner, case.subject, case.order_no) == ("work_stuck", Owner.OPERATOR, "X1-heal", "X1")
    assert case.detail == {"work": "heal", "about": "X1", "tries": 3}
    assert (case.opened_at, case.is_open) == (START, True)
    assert await stuck_cases(impatient.worker()) == [case]
    assert await ask(ports, put_it_off) == 1
    [closed] = await stuck_cases(ports)
    assert (closed.closed_by, closed.outcome, closed.closed_at) == ("xianxue", WENT_ON, START)


async def test_an_exception_the_operator_closed_opens_again_only_after_another_vain_try(impatient: World) -> None:
    await impatient.know(placed(no="X1"))
    ports = impatient.worker()
    for _ in range(3):
        await ask(ports)
    [case] = await stuck_cases(ports)
    case.close("looked at", "operator", START)
    await ports.exceptions.save(case)
    [still] = await stuck_cases(ports)
    assert not still.is_open
    await ask(ports)
    [again] = await stuck_cases(ports)
    assert again.is_open
    assert again.detail["tries"] == 4


async def test_work_that_breaks_every_time_is_stuck_too(impatient: World) -> None:
    await impatient.know(placed(no="X1"))
    ports = impatient.worker(lease=timedelta(0))

    async def breaks(_: Ports, __: Order | str) -> None:
        raise ZeroDivisionError

    for _ in range(4):
        assert await ask(ports, breaks) == 1
    [case] = await stuck_cases(ports)
    assert case.subject == "X1-heal"


async def test_a_silent_outside_makes_nothing_stuck(impatient: World) -> None:
    await impatient.know(placed(no="X1"))
    ports = impatient.worker(lease=timedelta(0))

    async def silent(_: Ports, __: Order | str) -> None:
        raise OutsideFailure("wechat_silent")

    for _ in range(8):
        assert await ask(ports, silent) == 1
    assert await stuck_cases(ports) == []


async def test_an_arrival_that_is_never_done_is_a_persons(impatient: World) -> None:
    ports = impatient.worker()
    for _ in range(4):
        await ports.inbox.begin("sample-a:PAID:X1-C", "pay_notice", "{}", timedelta(0))
    [case] = await stuck_cases(ports)
    assert (case.subject, case.order_no) == ("sample-a:PAID:X1-C-pay_notice", "")
    await ports.inbox.finish("sample-a:PAID:X1-C")
    [closed] = await stuck_cases(ports)
    assert not closed.is_open
