"""The real MongoDB for tests: one mongod a test process, a fresh database a test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from store.embedded import EmbeddedMongo
from store.indexes import create_indexes
from store.mongo import Database, open_client, open_database


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run use a MongoDB that is already there instead of the embedded one."""
    parser.addoption("--mongo", default="", metavar="URI", help="use this MongoDB (a replica set) for the tests")


@pytest.fixture(scope="session")
def mongo_uri(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of a MongoDB that lives as long as this test process (each xdist worker has its own)."""
    given = str(request.config.getoption("--mongo"))
    if given:
        yield given
        return
    with TemporaryDirectory(prefix="xianxue-mongo-") as folder, EmbeddedMongo(Path(folder)) as uri:
        yield uri


@pytest.fixture
async def database(mongo_uri: str) -> AsyncIterator[Database]:
    """Give an empty database with all indexes; it is dropped after the test."""
    client = open_client(mongo_uri)
    database = open_database(client, f"test_{uuid4().hex}")
    await create_indexes(database)
    yield database
    await client.drop_database(database.name)
    client.close()
