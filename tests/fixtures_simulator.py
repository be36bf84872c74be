"""WeChat for tests: one simulator process a test process, a fresh world of it a test."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from lab.rig.http import call
from lab.rig.processes import ADDRESS


@pytest.fixture(scope="session")
def simulator_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the simulator once; gives its address."""
    log = tmp_path_factory.mktemp("simulator") / "simulator.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "wechat_simulator", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=os.environ,
        )
    line = process.stdout.readline().decode() if process.stdout else ""
    found = ADDRESS.search(line)
    if found is None:
        process.kill()
        pytest.fail(f"the simulator did not start: {log.read_text()[-2000:]}")
    yield found[1]
    process.terminate()
    process.wait(timeout=20)
    if process.stdout:
        process.stdout.close()


@asynccontextmanager
async def fresh_world(simulator_process: str) -> AsyncIterator[str]:
    """Open a world on a port of its own; gives its address."""
    name = f"test-{uuid4().hex[:12]}"
    async with ClientSession() as session:
        made = await call(session, "POST", f"{simulator_process}/_sim/worlds", {"name": name})
        yield str(made["url"])
        await call(session, "DELETE", f"{simulator_process}/_sim/worlds/{name}")


@pytest.fixture
async def simulated_world(simulator_process: str) -> AsyncIterator[str]:
    """Open a world for one test; gives its address."""
    async with fresh_world(simulator_process) as address:
        yield address
