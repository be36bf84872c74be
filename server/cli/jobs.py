"""Commands that do one job now."""

from rich.console import Console

from server.app import build_jobs
from server.config import Settings
from server.outside import open_outside

ALL_PAGES = 100_000
"""Enough for everything that is due, and yet an end."""


async def run_now(settings: Settings, name: str, console: Console) -> None:
    """Run one job until nothing more is due; raises NotReady when this machine's clock is off."""
    async with open_outside(settings) as outside:
        await outside.watch.require()
        jobs = build_jobs(settings, outside)
        with console.status(f"{name} …"):
            done = await jobs.run_once(name, pages=ALL_PAGES)
        console.print(f"{name}: {done} worked on")
