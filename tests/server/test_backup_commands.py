"""`xianxue backup`, `restore`, `migrate` and `catch-up`, as an operator uses them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from lab.rig.orders import NOON, placed
from models.agenda import Due
from models.generation import Memory
from store.generations import Generations
from store.mongo import Database
from tests.fakes.stores import PortStores
from tests.server.operator_desk import Desk

LONG = timedelta(hours=1)


async def test_a_backup_is_taken_and_restored(
    desk: Desk, stores: PortStores, database: Database, tmp_path: Path
) -> None:
    await stores.orders.add(placed())
    folder = str(tmp_path / "backup")
    taken = await desk.run("backup", folder)
    assert (taken.code, folder in taken.answer) == (0, True), taken
    again = await desk.run("backup", folder)
    assert (again.code, "is not empty" in again.told) == (1, True)
    refused = await desk.run("restore", folder)
    assert (refused.code, "--replace" in refused.told) == (1, True)
    await database["orders"].delete_many({})
    restored = await desk.run("restore", folder, "--replace")
    assert restored.code == 0, restored
    assert "catch-up" in restored.answer
    assert await stores.orders.get(placed().no) is not None
    assert (await Generations(database, "w").latest()).memory is Memory.CATCHING_UP


async def test_work_by_hand_waits_until_it_has_caught_up(desk: Desk, stores: PortStores, database: Database) -> None:
    nothing = await desk.run("restore", "--in-place", "--backup-at", "yesterday")
    assert (nothing.code, "--backup-at" in nothing.told) == (1, True)
    begun = await desk.run("restore", "--in-place", "--backup-at", "2026-03-02T12:00:00+08:00")
    assert begun.code == 0, begun
    life = await Generations(database, "w").latest()
    assert (life.number, life.backup_at) == (2, datetime(2026, 3, 2, 4, tzinfo=UTC))
    waits = await desk.run("settle")
    assert (waits.code, "being compared with WeChat" in waits.told) == (1, True)
    done = await desk.run("catch-up")
    assert (done.code, "generation 2" in done.answer) == (0, True), done
    assert (await desk.run("settle")).code == 0


async def test_an_older_database_is_refused_until_it_was_migrated(
    desk: Desk, stores: PortStores, database: Database
) -> None:
    await stores.orders.add(placed())
    old = {"$unset": {"schema": "", "agenda.heal": ""}, "$set": {"agenda.ask": NOON}}
    await database["orders"].update_one({}, old)
    refused = await desk.run("settle")
    assert (refused.code, "`xianxue migrate`" in refused.told) == (1, True), refused
    sick = await desk.run("doctor")
    assert "`xianxue migrate`" in sick.answer
    migrated = await desk.run("migrate")
    assert (migrated.code, "orders: schema 2" in migrated.answer, "1 rewritten" in migrated.answer) == (0, True, True)
    assert (await desk.run("settle")).code == 0
    assert await stores.orders.claim(Due.HEAL, NOON + LONG, limit=9, lease=LONG) == [placed().no]
