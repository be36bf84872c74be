"""An order nobody can read: jobs leave it, work on the others, and a person hears of it once."""

from datetime import timedelta

import pytest

from handlers.bot.answering import take_up_unfinished
from jobs.runs import check_invariants, confirm_silence, sweep, watch_unreadable
from jobs.table import every_job
from lab.rig.orders import NOON, in_training, teach
from models.agenda import Due
from models.exceptions import ExceptionKind, Owner
from models.lesson import LessonState
from models.order import Order
from services.exceptions import suggested_action
from services.notices import INBOX_KIND
from store.mongo import Database
from store.stores import open_stores
from tests.fakes.stores import port_stores
from tests.fakes.world import World

MUCH_LATER = NOON + timedelta(days=30)


@pytest.fixture
def world(database: Database) -> World:
    made = World(lambda: port_stores(open_stores(database)))
    made.clock.at = MUCH_LATER
    return made


def an_order(no: str) -> Order:
    order = in_training()
    teach(order, 1)
    return order.model_copy(update={"no": no, "idempotency_key": no, "running_key": no}, deep=True)


async def three_orders(world: World, database: Database) -> None:
    """Three orders wait for the same job; the second cannot be read."""
    await world.know(*(an_order(f"X{n}") for n in range(3)))
    await database["orders"].update_one({"_id": "X1"}, {"$set": {"lessons.1.state": "dreamt"}})


async def test_a_job_leaves_its_claim_and_works_on_the_others(world: World, database: Database) -> None:
    await three_orders(world, database)
    was = await database["orders"].find_one({"_id": "X1"}, {"claims": 0})
    ports = world.ports
    assert await confirm_silence(ports, 50) == 3
    for no in ("X0", "X2"):
        assert (await world.order(no)).lesson(1).state is LessonState.CONFIRMED
    assert await database["orders"].find_one({"_id": "X1"}, {"claims": 0}) == was
    assert await ports.orders.claim(Due.SILENCE, MUCH_LATER, limit=9, lease=timedelta(0)) == []  # still claimed
    assert "silence" in (await database["orders"].find_one({"_id": "X1"}))["claims"]


async def test_the_check_of_invariants_gets_past_it(world: World, database: Database) -> None:
    await three_orders(world, database)
    await database["orders"].update_one({"_id": "X2"}, {"$set": {"price_fen": 1}})
    await check_invariants(world.ports, 1)
    assert (await world.order("X2")).parked == "invariant:price_list"
    assert (await world.order("X0")).parked == ""


async def test_the_operator_hears_of_it_once_and_again_when_it_can_be_read(world: World, database: Database) -> None:
    await three_orders(world, database)
    for _ in range(3):
        await confirm_silence(world.worker(lease=timedelta(0)), 50)
        await watch_unreadable(world.ports, 200)
    [case] = await world.stores.exceptions.page()
    assert (case.kind, case.owner, case.order_no, case.version) == (
        ExceptionKind.DOCUMENT_UNREADABLE,
        Owner.OPERATOR,
        "X1",
        1,
    )
    assert case.opened_at == MUCH_LATER
    assert case.is_open
    assert "lessons.1.state" in suggested_action(case, "en")
    await database["orders"].update_one({"_id": "X1"}, {"$set": {"lessons.1.state": "scheduled"}})
    await watch_unreadable(world.ports, 200)
    [case] = await world.stores.exceptions.page()
    assert (case.closed_by, case.outcome) == ("xianxue", "readable_again")
    world.clock.at += timedelta(hours=1)
    await database["orders"].update_one({"_id": "X1"}, {"$set": {"lessons.1.state": "dreamt"}})
    await world.stores.orders.page()
    await watch_unreadable(world.ports, 200)
    [case] = await world.stores.exceptions.page()
    assert case.is_open


async def test_an_arrival_nobody_can_read_is_left_for_a_lease_and_holds_up_no_other(any_world: World) -> None:
    inbox = any_world.stores.inbox
    await inbox.begin("a", INBOX_KIND, "{", timedelta(0))
    await inbox.begin("b", "oa_message", '{"kind": "telepathy"}', timedelta(0))
    assert await sweep(any_world.ports, 50) == 1
    assert await take_up_unfinished(any_world.ports, 50) == 0
    assert await inbox.unfinished(INBOX_KIND, limit=9) == []
    assert await inbox.unfinished("oa_message", limit=9) == []
    await watch_unreadable(any_world.ports, 200)
    assert sorted(case.subject for case in await any_world.stores.exceptions.page()) == ["inbox:a", "inbox:b"]


def test_somebody_looks_regularly() -> None:
    assert watch_unreadable in [job.run for job in every_job(answer_unfinished=take_up_unfinished)]
