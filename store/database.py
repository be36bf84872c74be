"""Opening the database a configuration names: our own mongod, one already running, or any other by its URI."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from motor.motor_asyncio import AsyncIOMotorDatabase

from models.base import to_milliseconds
from store.embedded.lock import running_uri, still_runs
from store.embedded.mongo import EmbeddedMongo
from store.failures import named
from store.indexes import create_indexes
from store.mongo import answers, open_client, open_database

EMBEDDED = "embedded"


LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class Database:
    """An open database with its indexes in place.

    `lost` is done, with a sentence saying why, when it will never answer again and whoever uses it has to end.
    """

    handle: "AsyncIOMotorDatabase[dict[str, Any]]"
    lost: "asyncio.Future[str]"

    async def is_reachable(self) -> bool:
        """Whether it answers now."""
        return await answers(self.handle)

    @named
    async def now(self) -> datetime:
        """Return the time of the database's own clock, by which leases run; raises NotReady when it does not answer."""
        told = await self.handle.command("hello", codec_options=self.handle.codec_options)
        return to_milliseconds(told["localTime"])


@asynccontextmanager
async def open_stored(uri: str, name: str, directory: Path) -> AsyncIterator[Database]:
    """Open the database `name`. With "embedded", join the mongod another process runs in `directory`, else start one.

    Raises EmbeddedMongoError, or NotReady when the database cannot be reached.
    """
    async with AsyncExitStack() as stack:
        lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        if uri == EMBEDDED:
            uri, lost = await _embedded(directory, stack)
        client = open_client(uri)
        stack.callback(client.close)
        handle = open_database(client, name)
        await create_indexes(handle)
        yield Database(handle, lost)


async def _embedded(directory: Path, stack: AsyncExitStack) -> tuple[str, "asyncio.Future[str]"]:
    """Join or start the embedded MongoDB; gives its address and when it is lost."""
    if joined := running_uri(directory):
        watch = asyncio.create_task(_until_gone(directory, joined))
        stack.callback(watch.cancel)
        return joined, watch
    mongo = EmbeddedMongo(directory)
    return await stack.enter_async_context(mongo), asyncio.wrap_future(mongo.lost)


async def _until_gone(directory: Path, uri: str) -> str:
    """Wait until the process whose MongoDB we joined runs it no more: the next one answers somewhere else."""
    while still_runs(directory, uri):  # noqa: ASYNC110 - a lock of another process wakes nobody
        await asyncio.sleep(LOOK_EVERY_S)
    return f"The process that ran the embedded MongoDB in {directory} has ended: start this one again to join the next."
