"""Starting the package's commands as processes, installed or not."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = {"PYTHONPATH": str(ROOT / "src")}


async def command(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | SOURCE,
    )


async def listening(*arguments: str) -> tuple[asyncio.subprocess.Process, str]:
    process = await command(*arguments, "--port", "0")
    assert process.stdout is not None
    return process, (await process.stdout.readline()).decode()
