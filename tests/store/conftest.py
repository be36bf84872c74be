"""Each test of the shared suite runs twice: on the in-memory twin and on the real MongoDB."""

from datetime import timedelta
from typing import Protocol

import pytest

from models.work import Patience
from store.mongo import Database
from store.stores import open_stores
from tests.fakes.memory import MemoryDatabase
from tests.fakes.stores import PortStores, memory_stores, port_stores

NO_WAITS = Patience(first_wait=timedelta(0))
"""Fruitless tries are counted, and nothing is left alone for them."""


class Opener(Protocol):
    """Opens the stores once more, as another worker on the same data."""

    def __call__(self, patience: Patience = NO_WAITS) -> PortStores: ...


@pytest.fixture(params=["memory", "mongo"])
def open_worker(request: pytest.FixtureRequest) -> Opener:
    """Return a function that opens the stores once more, as another worker on the same data."""
    if request.param == "memory":
        memory = MemoryDatabase()
        return lambda patience=NO_WAITS: memory_stores(memory, patience)
    database: Database = request.getfixturevalue("database")
    return lambda patience=NO_WAITS: port_stores(open_stores(database, patience))


@pytest.fixture
def stores(open_worker: Opener) -> PortStores:
    """Return the stores under test."""
    return open_worker()
