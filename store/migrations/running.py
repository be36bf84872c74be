"""Running the migrations over a database, in the order of their numbers."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from pymongo import UpdateOne
from pymongo.errors import OperationFailure

from store.migrations import Migration, agenda_names, tellings
from store.mongo import Collection, Database, Document
from store.schemas import mark
from store.unreadables import note, problem_of

MIGRATIONS: tuple[Migration, ...] = (*agenda_names.MIGRATIONS, *tellings.MIGRATIONS)

PAGE = 500

SWEEPS = 10
"""How often to look again for what others changed while it was being rewritten."""

INDEX_NOT_FOUND, NAMESPACE_NOT_FOUND = 27, 26


@dataclass(frozen=True)
class Step:
    """How far one migration is: documents rewritten and unreadable so far, of `total` there were at its beginning."""

    migration: Migration
    total: int
    rewritten: int = 0
    unreadable: int = 0


async def migrate(database: Database, migrations: Sequence[Migration] = MIGRATIONS) -> AsyncIterator[Step]:
    """Bring every document to its collection's schema, telling how far it is; again changes nothing."""
    for migration in migrations:
        async for step in _migrate(database, migration):
            yield step
        await _retire(database[migration.collection], migration)
        await mark(database, migration.collection, migration.to)


async def _migrate(database: Database, migration: Migration) -> AsyncIterator[Step]:
    collection = database[migration.collection]
    step = Step(migration, await collection.count_documents(migration.remaining()))
    yield step
    for _ in range(SWEEPS):
        before = step.rewritten
        unreadable, after = 0, None
        while page := await _page(collection, migration, after):
            rewritten, failed = await _rewrite(database, migration, page)
            unreadable, after = unreadable + failed, page[-1]["_id"]
            step = Step(migration, step.total, step.rewritten + rewritten, unreadable)
            yield step
        if step.rewritten == before:
            return


async def _page(collection: Collection, migration: Migration, after: object) -> list[Document]:
    beyond: Document = {} if after is None else {"_id": {"$gt": after}}
    return await collection.find({**migration.remaining(), **beyond}).sort("_id", 1).limit(PAGE).to_list(PAGE)


async def _rewrite(database: Database, migration: Migration, page: Sequence[Document]) -> tuple[int, int]:
    """Rewrite those that still are what was read; gives how many, and how many cannot be read."""
    updates: list[UpdateOne] = []
    for document in page:
        unchanged = {"_id": document["_id"], "version": document.get("version")}
        try:
            updates.append(UpdateOne(unchanged, migration.rewrite(document)))
        except ValidationError as wrong:
            await note(database["unreadables"], migration.collection, document["_id"], problem_of(wrong))
    if not updates:
        return 0, len(page)
    result = await database[migration.collection].bulk_write(updates, ordered=False)
    return result.matched_count, len(page) - len(updates)


async def _retire(collection: Collection, migration: Migration) -> None:
    for name in migration.retired:
        try:
            await collection.drop_index(name)
        except OperationFailure as refusal:
            if refusal.code not in {INDEX_NOT_FOUND, NAMESPACE_NOT_FOUND}:
                raise
