"""The real MongoDB for tests: one mongod a test process, an empty database a test."""

from asyncio import gather
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from pymongo import MongoClient

from store.embedded.mongo import EmbeddedMongo
from store.indexes import INDEXES, create_indexes
from store.mongo import Database, Document, open_client, open_database


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run use a MongoDB that is already there instead of the embedded one."""
    parser.addoption("--mongo", default="", metavar="URI", help="use this MongoDB (a replica set) for the tests")


@pytest.fixture(scope="session")
def mongo_uri(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of a MongoDB that lives as long as this test process (each xdist worker has its own)."""
    given = str(request.config.getoption("--mongo"))
    if given:
        yield given
        return
    with TemporaryDirectory(prefix="xianxue-mongo-") as folder, EmbeddedMongo(Path(folder)) as uri:
        yield uri


@pytest.fixture(scope="session")
def spare_databases(mongo_uri: str) -> Iterator[list[str]]:
    """Return the names of empty databases with all indexes: making one takes ten times as long as emptying it."""
    spare: list[str] = []
    yield spare
    with MongoClient[Document](mongo_uri) as client:
        for name in spare:
            client.drop_database(name)


@pytest.fixture
async def database(mongo_uri: str, spare_databases: list[str]) -> AsyncIterator[Database]:
    """Return an empty database with all indexes."""
    client = open_client(mongo_uri)
    database = open_database(client, spare_databases.pop() if spare_databases else f"test_{uuid4().hex}")
    await create_indexes(database)
    yield database
    await gather(*(_empty(database, name) for name in await database.list_collection_names()))
    spare_databases.append(database.name)
    client.close()


async def _empty(database: Database, collection: str) -> None:
    if collection in {name for name, _ in INDEXES}:
        await database[collection].delete_many({})
    else:
        await database.drop_collection(collection)
