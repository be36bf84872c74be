"""Which schema the documents of each collection have: the collection `schemas`, {_id: collection, schema}."""

from structlog import get_logger

from models.errors import NotReady
from store.failures import named
from store.mongo import Database, Document
from store.shapes import SHAPES

log = get_logger()


@named
async def check_schemas(database: Database) -> None:
    """Make sure that this version may work on this database.

    Raises NotReady `database_not_migrated` for one with documents of an older version. One of a newer version is
    worked on: its unknown fields are left alone, and what cannot be read is left out.
    """
    marked = {found["_id"]: found["schema"] async for found in database["schemas"].find()}
    for name, shape in SHAPES.items():
        stored = marked.get(name, 1)
        if stored > shape.schema:
            log.warning("newer schema", action="schema.newer", collection=name, stored=stored, known=shape.schema)
        elif stored < shape.schema:
            if await database[name].find_one(below(shape.schema), {"_id": 1}) is not None:
                raise NotReady("database_not_migrated", collection=name, stored=stored, needed=shape.schema)
            await mark(database, name, shape.schema)


def below(schema: int) -> Document:
    """Filter: documents of an older schema."""
    return {"$or": [{"schema": {"$exists": False}}, {"schema": {"$lt": schema}}]}


async def mark(database: Database, collection: str, schema: int) -> None:
    """Remember that all documents of a collection have at least this schema."""
    await database["schemas"].update_one({"_id": collection}, {"$max": {"schema": schema}}, upsert=True)
