"""Worlds to test use cases in: in memory, and, where two may race or die, on the real MongoDB too."""

import pytest

from store.mongo import Database
from store.stores import open_stores
from tests.fakes.stores import port_stores
from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    """Return a world in memory."""
    return World()


@pytest.fixture(params=["memory", "mongo"])
def any_world(request: pytest.FixtureRequest) -> World:
    """Return a world in memory, then one on the real MongoDB."""
    if request.param == "memory":
        return World()
    database: Database = request.getfixturevalue("database")
    return World(lambda: port_stores(open_stores(database)))
