"""Taking a backup: all collections as of one moment, while everybody goes on working."""

import gzip
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.errors import OperationFailure

from models.errors import Conflict, NotReady
from store.backup import MANIFEST, BackedUp, Manifest, digest_of, file_of
from store.mongo import Database
from store.shapes import SHAPES

BATCH = 500
RAW = CodecOptions(document_class=RawBSONDocument)
SNAPSHOT_GONE = frozenset({239, 246})
"""SnapshotTooOld and SnapshotUnavailable: MongoDB keeps the past for five minutes unless it is told otherwise."""

READABLE_BY_US = 0o600


@dataclass(frozen=True)
class Progress:
    """How far one collection is."""

    collection: str
    documents: int
    total: int


async def take_backup(database: Database, directory: Path, at: datetime, version: str) -> AsyncIterator[Progress]:
    """Write a backup into an empty directory, telling how far it is.

    Every collection is read in one snapshot session, so the files agree with each other. Raises Conflict
    `backup_directory_used`, or NotReady `backup_too_slow` when MongoDB forgot the snapshot before all was read.
    """
    _prepare(directory)
    written: dict[str, BackedUp] = {}
    async with await database.client.start_session(snapshot=True) as session:
        life = await database["generations"].find_one({}, sort=[("_id", -1)], session=session)
        for name in sorted(await database.list_collection_names()):
            documents = 0
            async for progress in _copy(database, name, directory, session):
                documents = progress.documents
                yield progress
            length, digest = digest_of(file_of(directory, name))
            written[name] = BackedUp(documents=documents, bytes=length, sha256=digest)
    manifest = Manifest(
        version=version,
        database=database.name,
        taken_at=at,
        generation=life["_id"] if life else 1,
        schemas={name: shape.schema for name, shape in SHAPES.items()},
        collections=written,
    )
    _write(directory / MANIFEST, manifest.sealed().model_dump_json(indent=2).encode())


async def _copy(database: Database, name: str, directory: Path, session: Any) -> AsyncIterator[Progress]:  # noqa: ANN401 - the driver's
    total, documents = await database[name].estimated_document_count(), 0
    cursor = database.get_collection(name, codec_options=RAW).find({}, session=session, batch_size=BATCH)
    with _create(file_of(directory, name)) as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
        try:
            async for document in cursor:
                file.write(document.raw)
                documents += 1
                if documents % BATCH == 0:
                    yield Progress(name, documents, max(documents, total))
        except OperationFailure as gone:
            if gone.code in SNAPSHOT_GONE:
                raise NotReady("backup_too_slow", collection=name) from gone
            raise
    yield Progress(name, documents, documents)


def _prepare(directory: Path) -> None:
    """Make the directory, which nobody else may read: it will hold people's data and keys."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise Conflict("backup_directory_used", directory=str(directory))


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, READABLE_BY_US), "wb")


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    unfinished = path.with_suffix(".unfinished")
    with _create(unfinished) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
