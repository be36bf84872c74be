"""Everything as of one moment into files, and back: checked, whole, and as another life of the database."""

import asyncio
import gzip
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import bson
import pytest

from lab.rig.orders import HOUR, NOON, a_buyer, in_training, placed, teach
from models.errors import Conflict, InvalidInput
from models.generation import Generation, Memory, generation_mark
from store.backup import MANIFEST, read_manifest
from store.backup.restoring import begin_life, check_backup, next_life, restore
from store.backup.taking import take_backup
from store.generations import Generations
from store.mongo import Database
from store.schemas import check_schemas
from store.shapes import SHAPES
from store.stores import Stores, open_stores

BEGUN_AT = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
MARK = generation_mark(BEGUN_AT)


@pytest.fixture
def stores(database: Database) -> Stores:
    return open_stores(database)


async def fill(stores: Stores, count: int = 3) -> None:
    for n in range(count):
        order = in_training(no=f"X{n:04d}", buyer=a_buyer(f"L{n}"))
        teach(order, 1)
        await stores.orders.add(order)
        await stores.facts.add(order.facts)
    await stores.sessions.use_code("code")
    await stores.learners.logged_in("o", None, "L1", NOON)


async def contents(database: Database) -> dict[str, list[Any]]:
    names = sorted(set(await database.list_collection_names()) - {"generations", "schemas", "login_codes"})
    found = {name: await database[name].find().sort("_id").to_list(None) for name in names}
    return {name: documents for name, documents in found.items() if documents}


async def take(database: Database, folder: Path) -> Path:
    async for _ in take_backup(database, folder, NOON, "1.2.3"):
        pass
    return folder


async def bring_back(database: Database, folder: Path, *, replace: bool = True) -> None:
    manifest = check_backup(folder)
    async for _ in restore(database, folder, manifest, BEGUN_AT, replace=replace):
        pass


async def test_what_was_backed_up_comes_back_as_it_was(stores: Stores, database: Database, tmp_path: Path) -> None:
    await fill(stores)
    before = await contents(database)
    folder = await take(database, tmp_path / "b")
    await database["orders"].update_many({}, {"$set": {"parked": "changed since"}})
    await stores.orders.add(placed(no="X-since"))
    await bring_back(database, folder)
    after = await contents(database)
    assert [order.pop("generation") for order in after["orders"]] == [MARK] * 3
    assert [order.pop("generation") for order in before["orders"]] == [""] * 3
    assert after == before
    names = {index["name"] async for index in database["orders"].list_indexes()}
    assert {"due_heal", "idempotency"} <= names
    await check_schemas(database)


async def test_the_manifest_says_what_the_backup_holds(stores: Stores, database: Database, tmp_path: Path) -> None:
    await fill(stores)
    folder = await take(database, tmp_path / "b")
    manifest = read_manifest(folder)
    assert (manifest.taken_at, manifest.generation, manifest.version) == (NOON, 1, "1.2.3")
    assert manifest.collections["orders"].documents == 3
    assert manifest.schemas == {name: shape.schema for name, shape in SHAPES.items()}
    documents = bson.decode_all(gzip.decompress((folder / "orders.bson.gz").read_bytes()))
    assert [document["_id"] for document in documents] == ["X0000", "X0001", "X0002"]


async def test_nobody_else_may_read_it(stores: Stores, database: Database, tmp_path: Path) -> None:
    await fill(stores)
    folder = await take(database, tmp_path / "b")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert (stat.S_IMODE(folder.stat().st_mode), modes) == (0o700, {0o600})


async def test_all_files_are_of_one_moment_though_everybody_goes_on_writing(
    stores: Stores, database: Database, tmp_path: Path
) -> None:
    """Somebody moves a token from one collection to another all the time: there is always exactly one."""
    await fill(stores)
    await database["a_first"].insert_one({"_id": "token"})
    await database["z_last"].insert_one({"_id": "other"})
    stop = asyncio.Event()

    async def move() -> None:
        while not stop.is_set():
            async with await database.client.start_session() as session, session.start_transaction():
                here = await database["a_first"].delete_one({"_id": "token"}, session=session)
                if here.deleted_count:
                    await database["z_last"].insert_one({"_id": "token"}, session=session)
                else:
                    await database["z_last"].delete_one({"_id": "token"}, session=session)
                    await database["a_first"].insert_one({"_id": "token"}, session=session)

    mover = asyncio.create_task(move())
    try:
        for n in range(5):
            folder = await take(database, tmp_path / f"b{n}")
            names = ("a_first", "z_last")
            found = [bson.decode_all(gzip.decompress((folder / f"{name}.bson.gz").read_bytes())) for name in names]
            assert [document["_id"] for documents in found for document in documents].count("token") == 1
    finally:
        stop.set()
        await mover


async def test_a_backup_needs_a_directory_of_its_own(stores: Stores, database: Database, tmp_path: Path) -> None:
    (tmp_path / "something").touch()
    with pytest.raises(Conflict, match="backup_directory_used"):
        await take(database, tmp_path)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda folder: (folder / MANIFEST).unlink(), "backup_unfinished"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "backup_damaged"),
        (lambda folder: rewrite(folder, generation=9), "backup_damaged"),
        (lambda folder: (folder / "orders.bson.gz").unlink(), "backup_damaged"),
        (lambda folder: flip(folder / "orders.bson.gz"), "backup_damaged"),
        (lambda folder: rewrite(folder, sealed=True, schemas={"orders": 99}), "backup_newer"),
    ],
    ids=["unfinished", "no JSON", "manifest changed", "file gone", "file changed", "newer"],
)
async def test_a_backup_that_is_not_as_it_was_written_changes_nothing(
    stores: Stores, database: Database, tmp_path: Path, spoil: Any, code: str
) -> None:
    await fill(stores)
    folder = await take(database, tmp_path / "b")
    before = await contents(database)
    spoil(folder)
    with pytest.raises(InvalidInput, match=code):
        await bring_back(database, folder)
    assert await contents(database) == before
    assert (await Generations(database, "w").latest()).number == 1


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def rewrite(folder: Path, *, sealed: bool = False, **changes: Any) -> None:
    changed = read_manifest(folder).model_copy(update=changes)
    text = (changed.sealed() if sealed else changed).model_dump_json()
    (folder / MANIFEST).write_text(text)
    assert json.loads(text)


async def test_a_database_that_holds_something_is_replaced_only_when_asked(
    stores: Stores, database: Database, tmp_path: Path
) -> None:
    await fill(stores)
    folder = await take(database, tmp_path / "b")
    before = await contents(database)
    with pytest.raises(Conflict, match="database_not_empty"):
        await bring_back(database, folder, replace=False)
    assert await contents(database) == before
    for name in before:
        await database[name].delete_many({})
    await database["login_codes"].delete_many({})
    await bring_back(database, folder, replace=False)
    assert await database["orders"].count_documents({}) == 3


async def test_a_restore_begins_another_life_that_has_to_catch_up(
    stores: Stores, database: Database, tmp_path: Path
) -> None:
    await fill(stores)
    folder = await take(database, tmp_path / "b")
    await bring_back(database, folder)
    life = await Generations(database, "w").latest()
    assert life == Generation(number=2, mark=MARK, memory=Memory.CATCHING_UP, begun_at=BEGUN_AT, backup_at=NOON)
    assert await database["login_codes"].count_documents({}) == 0  # who logged out since stays out
    manifest = check_backup(folder)
    async for _ in restore(database, folder, manifest, BEGUN_AT + HOUR, replace=True):
        pass
    third = await Generations(database, "w").latest()
    assert (third.number, third.mark) == (3, generation_mark(BEGUN_AT + HOUR))


async def test_one_that_died_in_the_middle_is_begun_again(stores: Stores, database: Database, tmp_path: Path) -> None:
    await fill(stores)
    folder = await take(database, tmp_path / "b")
    async for _ in restore(database, folder, check_backup(folder), BEGUN_AT, replace=True):
        break
    life = await Generations(database, "w").latest()
    assert life.memory is Memory.RESTORING
    assert await Generations(database, "w").take(timedelta(hours=1)) is None
    await bring_back(database, folder, replace=False)
    assert await database["orders"].count_documents({}) == 3
    assert (await Generations(database, "w").latest()).memory is Memory.CATCHING_UP


async def test_what_an_older_version_backed_up_is_migrated(stores: Stores, database: Database, tmp_path: Path) -> None:
    await fill(stores)
    old = {"$unset": {"schema": "", "agenda.settle": ""}, "$set": {"agenda.act": NOON}}
    await database["orders"].update_many({}, old)
    folder = await take(database, tmp_path / "b")
    await bring_back(database, folder)
    await check_schemas(database)
    assert await database["orders"].count_documents({"schema": SHAPES["orders"].schema}) == 3


async def test_a_database_restored_by_other_means_begins_another_life_too(stores: Stores, database: Database) -> None:
    await fill(stores)
    for _ in range(2):
        await begin_life(database, await next_life(database, BEGUN_AT, NOON))
    life = await Generations(database, "w").latest()
    assert (life.number, life.mark, life.memory, life.backup_at) == (3, MARK, Memory.CATCHING_UP, NOON)
    assert await database["orders"].count_documents({"generation": MARK}) == 3


async def test_another_database_gets_it_too(stores: Stores, database: Database, tmp_path: Path) -> None:
    await fill(stores)
    folder = await take(database, tmp_path / "b")
    other = database.client[f"test_other_{uuid4().hex}"]
    try:
        await bring_back(other, folder, replace=False)
        assert await other["orders"].count_documents({}) == 3
        assert [life["_id"] async for life in other["generations"].find()] == [2]
    finally:
        await database.client.drop_database(other.name)
