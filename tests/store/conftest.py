"""Each test of the shared suite runs twice: on the in-memory twin and on the real MongoDB."""

from collections.abc import Callable

import pytest

from store.mongo import Database
from store.stores import open_stores
from tests.fakes.memory import MemoryDatabase
from tests.fakes.stores import PortStores, memory_stores, port_stores

Opener = Callable[[], PortStores]


@pytest.fixture(params=["memory", "mongo"])
def open_worker(request: pytest.FixtureRequest) -> Opener:
    """Return a function that opens the stores once more, as another worker on the same data."""
    if request.param == "memory":
        memory = MemoryDatabase()
        return lambda: memory_stores(memory)
    database: Database = request.getfixturevalue("database")
    return lambda: port_stores(open_stores(database))


@pytest.fixture
def stores(open_worker: Opener) -> PortStores:
    """Return the stores under test."""
    return open_worker()
