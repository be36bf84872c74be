"""What every command shares: where the configuration is, where results go, and how a failure is told."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from models.errors import XianxueError
from models.texts import CATALOGUE, say, say_error
from server.config import Settings, load
from server.logs import set_up_logs
from server.outside import open_outside
from services.ports import Ports
from store.embedded.mongo import EmbeddedMongoError
from wechat.pay.keys import UnusableKeyError

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="the TOML file", envvar="XIANXUE_CONFIG")]
DEFAULT_CONFIG = Path("config.toml")

PIPE_WIDTH = 200
"""Columns when nobody watches: numbers are to be copied, not broken into lines."""


def progress_console() -> Console:
    """Make the console on which work is reported, beside the logs."""
    return Console(stderr=True)


def result_console() -> Console:
    """Make the console on which answers are printed."""
    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False)


def run(path: Path, command: Callable[[Settings], Awaitable[None]]) -> None:
    """Load the configuration and run a command; what can be explained ends in one sentence and exit code 1."""
    try:
        settings = load(path)
        set_up_logs(settings.logs.level, settings.logs.format)
        _runner()(_as_coroutine(command(settings)))
    except (FileNotFoundError, EmbeddedMongoError, UnusableKeyError) as problem:
        _stop(str(problem))
    except XianxueError as refusal:
        _stop(sentence(refusal))
    except ValidationError as wrong:
        lines = [f"{'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in wrong.errors()]
        _stop(f"{path} is not right:\n  " + "\n  ".join(lines))


def run_with_ports(path: Path, command: Callable[[Ports], Awaitable[None]]) -> None:
    """Run a command that needs everything the use cases need."""

    async def opened(settings: Settings) -> None:
        async with open_outside(settings) as outside:
            await command(outside.ports)

    run(path, opened)


def sentence(refusal: XianxueError) -> str:
    """Say why not, as staff are told it where learners are told something else."""
    staff = f"refusal.{refusal.code}.staff"
    if staff in CATALOGUE:
        return say(staff, "en", **refusal.detail)
    return say_error(refusal.code, "en", refusal.detail)


def _runner() -> Callable[[Coroutine[Any, Any, None]], None]:
    try:
        import uvloop  # noqa: PLC0415 - not made for every platform
    except ImportError:
        return asyncio.run
    return uvloop.run


async def _as_coroutine(awaitable: Awaitable[None]) -> None:
    await awaitable


def _stop(message: str) -> None:
    progress_console().print(message, style="red", markup=False)
    raise typer.Exit(code=1)
