"""Each journey has a world, a database and a server of its own."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from lab.rig.stage import Stage, open_stage


@pytest.fixture
async def stage(simulated_world: str, mongo_uri: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """Open a stage of its own for one journey."""
    database = f"journey_{uuid4().hex[:12]}"
    async with open_stage(
        tmp_path, simulator_address=simulated_world, mongo_uri=mongo_uri, database=database
    ) as opened:
        yield opened
