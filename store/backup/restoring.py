"""Restoring a backup: checked first, loaded whole, and left as a new life that has to catch up before it acts.

A restore that died is begun again: until it is done the database says `restoring`, and nobody works on it.
"""

import gzip
from collections.abc import AsyncIterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from bson import decode_file_iter

from models.errors import Conflict, InvalidInput
from models.generation import Generation, Memory, generation_mark
from store.backup import Manifest, digest_of, file_of, read_manifest
from store.backup.taking import BATCH, RAW, Progress
from store.generations import Generations
from store.indexes import create_indexes
from store.migrations.running import migrate
from store.mongo import Database
from store.shapes import SHAPES

LIVES = "generations"
ENDED = frozenset({"sessions", "login_codes"})
"""Not brought back: somebody who logged out since would be logged in again. Mini Programs log in by themselves."""


def check_backup(directory: Path) -> Manifest:
    """Compare every file of a backup with its fingerprint, and the backup with this version.

    Raises InvalidInput `backup_unfinished`, `backup_damaged` (naming the file) or `backup_newer`.
    """
    manifest = read_manifest(directory)
    for name, backed_up in manifest.collections.items():
        path = file_of(directory, name)
        if not path.is_file() or digest_of(path) != (backed_up.bytes, backed_up.sha256):
            raise InvalidInput("backup_damaged", field="directory", file=path.name)
    for name, schema in manifest.schemas.items():
        if name in SHAPES and schema > SHAPES[name].schema:
            raise InvalidInput("backup_newer", field="directory", collection=name, version=manifest.version)
    return manifest


async def restore(
    database: Database, directory: Path, manifest: Manifest, begun_at: datetime, *, replace: bool = False
) -> AsyncIterator[Progress]:
    """Load a checked backup as a new life of the database, telling how far it is. `begun_at` is real time.

    Raises Conflict `database_not_empty` unless what is there may be replaced; what an unfinished restore left may.
    """
    present = await Generations(database, "").latest()
    if not replace and present.memory is not Memory.RESTORING:
        await _require_empty(database)
    life = Generation(
        number=max(present.number, manifest.generation) + 1,
        mark=generation_mark(begun_at),
        memory=Memory.RESTORING,
        begun_at=begun_at,
        backup_at=manifest.taken_at,
    )
    await Generations(database, "").begin(life)
    await _clear(database)
    for name, backed_up in manifest.collections.items():
        if name not in {LIVES, *ENDED}:
            async for progress in _load(database, directory, name, backed_up.documents):
                yield progress
    await begin_life(database, life)


async def begin_life(database: Database, life: Generation) -> None:
    """Make what was loaded the memory of a new life, which then has to catch up; safe to repeat."""
    await Generations(database, "").begin(life)
    await create_indexes(database)
    async for _ in migrate(database):
        pass
    for name in ENDED:
        await database[name].delete_many({})
    await database["orders"].update_many({}, {"$set": {"generation": life.mark}})
    await Generations(database, "").begin(life.model_copy(update={"memory": Memory.CATCHING_UP}))


async def next_life(database: Database, begun_at: datetime, backup_at: datetime) -> Generation:
    """Return the life that follows the present one, for a database that was restored by other means."""
    present = await Generations(database, "").latest()
    return Generation(
        number=present.number + 1,
        mark=generation_mark(begun_at),
        memory=Memory.RESTORING,
        begun_at=begun_at,
        backup_at=backup_at,
    )


async def _require_empty(database: Database) -> None:
    for name in await database.list_collection_names():
        if name not in {LIVES, "schemas"} and await database[name].find_one({}, {"_id": 1}) is not None:
            raise Conflict("database_not_empty", collection=name, database=database.name)


async def _clear(database: Database) -> None:
    for name in await database.list_collection_names():
        if name != LIVES:
            await database.drop_collection(name)


async def _load(database: Database, directory: Path, name: str, total: int) -> AsyncIterator[Progress]:
    loaded = 0
    with gzip.open(file_of(directory, name), "rb") as file:
        documents = decode_file_iter(cast("BinaryIO", file), codec_options=RAW)
        while batch := list(islice(documents, BATCH)):
            await database[name].insert_many(batch, ordered=False)
            loaded += len(batch)
            yield Progress(name, loaded, total)
    if loaded != total:
        raise InvalidInput("backup_damaged", field="directory", file=file_of(directory, name).name)
