"""One simulator process for all journeys; each journey has a world, a database and a server of its own."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from demo.http import call
from demo.processes import ADDRESS
from demo.stage import Stage, open_stage


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


@pytest.fixture
async def simulated_world(simulator_process: str) -> AsyncIterator[str]:
    """Open a fresh world on a port of its own; gives its address."""
    name = f"journey-{uuid4().hex[:12]}"
    async with ClientSession() as session:
        made = await call(session, "POST", f"{simulator_process}/_sim/worlds", {"name": name})
        yield str(made["url"])
        await call(session, "DELETE", f"{simulator_process}/_sim/worlds/{name}")


@pytest.fixture
async def stage(simulated_world: str, mongo_uri: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """Open a stage of its own for one journey."""
    database = f"journey_{uuid4().hex[:12]}"
    async with open_stage(
        tmp_path, simulator_address=simulated_world, mongo_uri=mongo_uri, database=database
    ) as opened:
        yield opened
