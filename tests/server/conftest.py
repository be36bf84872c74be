"""The operator's desk on an empty database of the real MongoDB."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from store.mongo import Database
from store.stores import open_stores
from tests.fakes.stores import PortStores, port_stores
from tests.server.operator_desk import Desk, write_config


@pytest.fixture
def logs_as_before() -> Iterator[None]:
    """Undo what a command does to the logs of the process it believes to be its own."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def desk(tmp_path: Path, mongo_uri: str, database: Database, logs_as_before: None) -> Desk:
    """Return a desk whose commands work on the test's database."""
    return Desk(write_config(tmp_path, mongo_uri, database.name))


@pytest.fixture
def stores(database: Database) -> PortStores:
    """Return the stores the commands work on."""
    return port_stores(open_stores(database))
