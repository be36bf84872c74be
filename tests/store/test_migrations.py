"""Documents of an older version become this one's: whole, once, whatever happens in between."""

from datetime import timedelta

import pytest

from lab.rig.orders import HOUR, NOON, a_channel, in_training, placed, settle, teach, teach_and_confirm
from models.agenda import Due, agenda
from models.authorization import Authorization
from models.errors import NotReady
from models.invariants import broken
from models.lesson import Confirmation
from models.order import Order
from models.training import confirm_by_silence, confirm_lesson
from store.migrations import agenda_names
from store.migrations.running import MIGRATIONS, PAGE, Step, migrate
from store.mongo import Database, Document
from store.schemas import check_schemas
from store.shapes import SHAPES
from store.stores import Stores, open_stores

LONG = timedelta(hours=1)
OLD_NAMES = {"settle": "act", "heal": "ask"}


@pytest.fixture
def stores(database: Database) -> Stores:
    return open_stores(database)


async def write_as_before(database: Database, order: Order) -> None:
    """Write an order as the version before this one did."""
    due = {OLD_NAMES.get(kind, str(kind)): at for kind, at in agenda(order).items()}
    document = {**SHAPES["orders"].document(order), "agenda": due, "claims": {"ask": {"id": "1"}}}
    del document["schema"]
    await database["orders"].insert_one(document)


async def write_permission_as_before(database: Database, key: str) -> None:
    one = Authorization(
        id=key, learner_id="L", openid=key, channel=a_channel(), code="C", applied_at=NOON, changed_at=NOON, ask_at=NOON
    )
    document = {**SHAPES["authorizations"].document(one), "agenda": {"ask": NOON}, "version": 3}
    del document["schema"]
    await database["authorizations"].insert_one(document)


def an_order(no: str = "X1") -> Order:
    order = in_training()
    teach(order, 1, 2)
    order.ask_at = NOON + HOUR
    order.charges[0].act_at = NOON + HOUR
    return order.model_copy(update={"no": no, "idempotency_key": no, "running_key": no})


async def run(database: Database) -> dict[str, Step]:
    """Run all of them; gives how far the first of each collection got, which is the one most tests look at."""
    first = {step.migration.collection: step async for step in migrate(database, agenda_names.MIGRATIONS)}
    async for _ in migrate(database):
        pass
    return first


async def test_what_was_due_is_due_again_under_the_new_names(stores: Stores, database: Database) -> None:
    order = an_order()
    await write_as_before(database, order)
    await write_permission_as_before(database, "A1")
    assert await stores.orders.claim(Due.HEAL, NOON + LONG, limit=9, lease=LONG) == []
    steps = await run(database)
    assert {name: (step.rewritten, step.unreadable) for name, step in steps.items()} == {
        "orders": (1, 0),
        "authorizations": (1, 0),
    }
    document = await database["orders"].find_one({})
    assert document["agenda"] == agenda(order)
    assert document["claims"] == {}
    assert document["schema"] == SHAPES["orders"].schema
    assert await stores.orders.get("X1") == order
    for due in (Due.SETTLE, Due.HEAL):
        assert await stores.orders.claim(due, NOON + LONG, limit=9, lease=LONG) == ["X1"]
    assert await stores.authorizations.claim(NOON + LONG, limit=9, lease=LONG) == ["A1"]


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await write_as_before(database, an_order())
    await write_permission_as_before(database, "A1")
    await run(database)
    before = [await database[name].find_one({}) for name in ("orders", "authorizations")]
    assert {step.rewritten for step in (await run(database)).values()} == {0}
    assert [await database[name].find_one({}) for name in ("orders", "authorizations")] == before


async def test_one_that_was_stopped_in_the_middle_goes_on(database: Database) -> None:
    for n in range(PAGE + 3):
        await write_as_before(database, an_order(f"X{n:04d}"))
    async for step in migrate(database):
        if step.rewritten:
            break
    left = await database["orders"].count_documents({"schema": {"$exists": False}})
    assert left == 3
    with pytest.raises(NotReady):
        await check_schemas(database)
    steps = await run(database)
    assert (steps["orders"].total, steps["orders"].rewritten) == (3, 3)
    await check_schemas(database)


async def test_what_somebody_saves_in_between_is_not_overwritten(stores: Stores, database: Database) -> None:
    """Other processes run on: here one confirms a lesson of each order between two steps."""
    for n in range(3):
        await write_as_before(database, an_order(f"X{n}"))
    async for step in migrate(database):
        if step.migration.collection == "orders":
            for order in await stores.orders.page():
                if not order.lessons[0].confirmation:
                    before = order.model_dump()
                    confirm_lesson(order, NOON + HOUR, 1, "learner", "app")
                    await stores.orders.save(order, before)
    for order in await stores.orders.page():
        document = await database["orders"].find_one({"_id": order.no})
        assert order.lessons[0].confirmation is not None
        assert document["agenda"] == agenda(order)


async def test_what_an_older_process_touches_afterwards_is_migrated_by_another_run(database: Database) -> None:
    await write_as_before(database, an_order())
    await run(database)
    await database["orders"].update_one({}, {"$set": {"agenda.act": NOON}, "$inc": {"version": 1}})
    assert (await run(database))["orders"].rewritten == 1
    assert "act" not in (await database["orders"].find_one({}))["agenda"]


async def test_one_that_cannot_be_read_stays_as_it_is_and_the_rest_is_done(stores: Stores, database: Database) -> None:
    for no in ("X1", "X2", "X3"):
        await write_as_before(database, an_order(no))
    await database["orders"].update_one({"_id": "X2"}, {"$set": {"state": "of a newer version"}})
    was = await database["orders"].find_one({"_id": "X2"})
    step = (await run(database))["orders"]
    assert (step.rewritten, step.unreadable) == (2, 1)
    assert await database["orders"].find_one({"_id": "X2"}) == was
    assert [noted.key for noted in await stores.unreadables.untold(9)] == ["X2"]
    await check_schemas(database)


async def test_a_document_of_a_newer_schema_keeps_its_number(database: Database) -> None:
    await write_as_before(database, an_order())
    await database["orders"].update_one({}, {"$set": {"schema": 9}})
    await run(database)
    assert (await database["orders"].find_one({}))["schema"] == 9


async def test_indexes_of_the_old_names_go(database: Database) -> None:
    await database["orders"].create_index("agenda.act", name="due_act")
    await run(database)
    await run(database)
    names = {index["name"] async for index in database["orders"].list_indexes()}
    assert "due_act" not in names
    assert {"due_settle", "due_heal"} <= names


async def test_a_new_database_needs_no_migration(stores: Stores, database: Database) -> None:
    await check_schemas(database)
    await stores.orders.add(placed(at=NOON))
    await check_schemas(database)


async def test_an_older_database_is_not_worked_on_and_a_newer_one_is(stores: Stores, database: Database) -> None:
    await write_as_before(database, an_order())
    with pytest.raises(NotReady) as refused:
        await check_schemas(database)
    assert refused.value.code == "database_not_migrated"
    assert refused.value.detail == {"collection": "orders", "stored": 1, "needed": 3}
    await run(database)
    await check_schemas(database)
    newer: Document = {"$set": {"schema": 99}}
    await database["schemas"].update_one({"_id": "orders"}, newer)
    await check_schemas(database)
    assert (await database["schemas"].find_one({"_id": "orders"}))["schema"] == 99


def test_the_last_migration_of_a_collection_leads_to_what_this_version_writes() -> None:
    last = {migration.collection: migration.to for migration in MIGRATIONS}
    assert last == {name: shape.schema for name, shape in SHAPES.items() if shape.schema > 1}
    for name, to in last.items():
        assert [one.to for one in MIGRATIONS if one.collection == name] == list(range(2, to + 1))


async def test_who_waits_waits_the_longer_window_and_what_was_asked_for_counts_as_announced(
    stores: Stores, database: Database
) -> None:
    """As orders were before tellings and announcements were kept."""
    waiting, silent, asked = (an_order(no) for no in ("X1", "X2", "X3"))
    confirm_by_silence(silent, NOON + timedelta(days=30))
    for lesson in (*waiting.lessons, *silent.lessons):
        lesson.confirm_by, lesson.warn_at = (lesson.confirm_by and NOON + 49 * HOUR), None
    silent.lessons[0].confirmation = Confirmation(by="silence", how="silence", at=NOON + 49 * HOUR)
    teach_and_confirm(asked, 3, 4)
    for n in (1, 2):
        confirm_lesson(asked, NOON + HOUR, n, "learner", "miniprogram")
    settle(asked, NOON + 2 * HOUR)
    asked.charges[0].announcement = None
    for order in (waiting, silent, asked):
        await database["orders"].insert_one({**SHAPES["orders"].document(order), "agenda": {}, "schema": 2})
    await run(database)
    stored = {no: await stores.orders.get(no) for no in ("X1", "X2", "X3")}
    assert [broken(order) for order in stored.values() if order] == [[], [], []]
    one, two, three = (order for order in stored.values() if order)
    assert {x.confirm_by for x in one.lessons[:2]} == {NOON + HOUR + timedelta(days=7)}
    assert agenda(one)[Due.SILENCE] == NOON + HOUR + timedelta(days=6)
    document = await database["orders"].find_one({"_id": "X1"})
    assert document["agenda"] == {"silence": NOON + HOUR + timedelta(days=6)}
    assert (two.lesson(1).told_at, two.lesson(1).told_how) == (NOON + HOUR, "before")
    known = three.charges[0].announcement
    assert known is not None
    assert (known.amount_fen, known.how) == (3600, "forgotten")
