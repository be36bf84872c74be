"""WeChat for tests: one simulator process a test process, a fresh world of it a test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from lab.rig.processes import Running, running_simulator
from lab.rig.simulator import new_world


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def simulator_process(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Run the simulator as long as this test process lives."""
    async with running_simulator(tmp_path_factory.mktemp("simulator") / "simulator.log") as program:
        yield program


@asynccontextmanager
async def fresh_world(simulator: Running) -> AsyncIterator[str]:
    """Open a world on a port of its own; yields its address."""
    async with (
        ClientSession() as session,
        new_world(session, simulator.address, f"test-{uuid4().hex[:12]}") as address,
    ):
        yield address


@pytest.fixture
async def simulated_world(simulator_process: Running) -> AsyncIterator[str]:
    """Open a world for one test; yields its address."""
    async with fresh_world(simulator_process) as address:
        yield address
