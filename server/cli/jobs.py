"""Commands that do one job now, or look whether everything is in order."""

from rich.console import Console
from typer import Exit

from server.app import build_jobs
from server.config import Settings
from server.outside import open_outside


async def run_now(settings: Settings, name: str, console: Console) -> None:
    """Run one job until nothing more is due."""
    async with open_outside(settings) as outside:
        jobs = build_jobs(settings, outside)
        with console.status(f"{name} …"):
            done = await jobs.run_once(name)
        console.print(f"{name}: {done} worked on")


async def examine(settings: Settings, console: Console) -> None:
    """Try every dependency once; raises Exit(1) when one does not work."""
    problems = 0
    async with open_outside(settings) as outside:
        checks = {
            "MongoDB answers": await outside.database.is_reachable(),
            "merchants are configured": bool(settings.wechat.merchants),
            "public_url is https": settings.server.public_url.startswith("https://"),
        }
        for what, good in checks.items():
            console.print(("[green]ok[/]   " if good else "[red]no[/]   ") + what)
            problems += not good
        console.print(f"domain time is {(await outside.ports.clock.now()).isoformat()}")
    if problems:
        raise Exit(code=1)
