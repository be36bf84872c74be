"""The embedded MongoDB dies under running processes: it comes back with its data, or they end for their supervisor."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.rig.processes import Running, running_worker
from lab.rig.rig import Rig, open_rig
from lab.rig.waiting import until

PATIENCE_S = 60


@pytest.fixture
async def rig(simulated_world: str, tmp_path: Path) -> AsyncIterator[Rig]:
    """Open a rig whose server runs a MongoDB of its own."""
    async with open_rig(tmp_path, simulator_address=simulated_world, mongo_uri="embedded") as opened:
        yield opened


async def kill_mongod(rig: Rig) -> None:
    """Kill the mongod that serves now."""
    await until(lambda: ready(rig), bool, "the database serves", patience_s=PATIENCE_S)
    os.kill(int((rig.directory / "mongo" / "data" / "mongod.lock").read_text()), signal.SIGKILL)


async def ready(rig: Rig) -> bool:
    async with rig.session.get(f"{rig.address}/readyz") as answer:
        return answer.status == 200


async def ended(program: Running) -> int:
    return await asyncio.wait_for(program.process.wait(), PATIENCE_S)


async def test_a_server_whose_mongod_is_killed_serves_on_with_the_same_data(rig: Rig) -> None:
    phone = await rig.learner("断电家长")
    me = await phone.call("GET", "/me")
    async with running_worker(rig.config, rig.directory / "worker.log") as worker:
        await kill_mongod(rig)
        await until(lambda: ready(rig), bool, "the database is back", patience_s=PATIENCE_S)
        assert await phone.call("GET", "/me") == me
        assert (rig.server.process.returncode, worker.process.returncode) == (None, None)
    assert worker.process.returncode == 0
    assert '"mongo.restarted"' in (rig.directory / "server.log").read_text(encoding="utf-8")


async def test_a_server_whose_mongod_dies_again_and_again_ends_for_its_supervisor(rig: Rig) -> None:
    for _ in range(6):
        await kill_mongod(rig)
    assert await ended(rig.server) == 1
    log = (rig.directory / "server.log").read_text(encoding="utf-8")
    assert "process.database_lost" in log
    assert "Traceback" not in log
    await rig.restart_server()
    assert await ready(rig)


async def test_a_worker_that_joined_ends_with_the_process_that_ran_the_database(rig: Rig) -> None:
    async with running_worker(rig.config, rig.directory / "worker.log") as worker:
        await rig.server.kill()
        assert await ended(worker) == 1
    said = (rig.directory / "worker.log").read_text(encoding="utf-8")
    assert "has ended: start this one again to join the next" in " ".join(said.split())
    await rig.restart_server()
    async with running_worker(rig.config, rig.directory / "worker.log") as worker:
        assert await ready(rig)
