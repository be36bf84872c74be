"""Each journey has a world, a database and a server of its own."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from lab.rig.rig import Rig, open_rig


@pytest.fixture
async def rig(simulated_world: str, mongo_uri: str, tmp_path: Path) -> AsyncIterator[Rig]:
    """Open a rig of its own for one journey."""
    database = f"journey_{uuid4().hex[:12]}"
    async with open_rig(tmp_path, simulator_address=simulated_world, mongo_uri=mongo_uri, database=database) as opened:
        yield opened
