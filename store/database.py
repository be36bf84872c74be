"""Opening the database a configuration names: our own mongod, one already running, or any other by its URI."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motor.motor_asyncio import AsyncIOMotorDatabase

from store.embedded.mongo import EmbeddedMongo, running_uri
from store.indexes import create_indexes
from store.mongo import answers, open_client, open_database

EMBEDDED = "embedded"


@dataclass(frozen=True)
class Database:
    """An open database with its indexes in place."""

    handle: "AsyncIOMotorDatabase[dict[str, Any]]"

    async def is_reachable(self) -> bool:
        """Whether it answers now."""
        return await answers(self.handle)


@asynccontextmanager
async def open_stored(uri: str, name: str, directory: Path) -> AsyncIterator[Database]:
    """Open the database `name`. With "embedded", join the mongod another process runs in `directory`, else start one.

    Raises EmbeddedMongoError, or NotReady when the database cannot be reached.
    """
    async with AsyncExitStack() as stack:
        if uri == EMBEDDED:
            already = running_uri(directory)
            uri = already or str(await stack.enter_async_context(EmbeddedMongo(directory)))
        client = open_client(uri)
        stack.callback(client.close)
        handle = open_database(client, name)
        await create_indexes(handle)
        yield Database(handle)
