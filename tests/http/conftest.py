"""One server for all these tests: each brings learners of its own, and jobs run only when a test runs them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from lab.rig.processes import Running
from tests.fixtures_simulator import fresh_world
from tests.http.app import App, open_app


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def app(
    simulator_process: Running, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[App]:
    """Serve, with jobs off."""
    async with (
        fresh_world(simulator_process) as world,
        open_app(tmp_path_factory.mktemp("http"), world, mongo_uri) as opened,
    ):
        yield opened
