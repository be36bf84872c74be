"""The command line: `xianxue serve | work | sample-data | settle | doctor`."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from server import running
from server.cli import jobs, sample_data
from server.config import Settings, load
from server.logs import set_up_logs
from store.embedded import EmbeddedMongoError

app = typer.Typer(help="Learn first, pay later (先学后付) on WeChat Pay Score.", no_args_is_help=True)
console = Console(stderr=True)
ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="the TOML file", envvar="XIANXUE_CONFIG")]
DEFAULT_CONFIG = Path("config.toml")


@app.command()
def serve(
    config: ConfigPath = DEFAULT_CONFIG,
    sample_keys: Annotated[
        Path | None, typer.Option(help="load the sample data first, and write its new API keys here")
    ] = None,
) -> None:
    """Serve learners, institutions and WeChat; jobs run inside unless jobs.in_server is false."""
    _run(config, lambda settings: running.serve(settings, partial(sample_data.load_into, keys_file=sample_keys)))


@app.command()
def work(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Only do jobs: as many of these processes as you like, beside as many servers as you like."""
    _run(config, running.work)


@app.command("sample-data")
def load_sample_data(
    keys_file: Annotated[Path, typer.Option(help="where the new API keys are written (readable by you only)")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Load the sample institutions and courses; safe to repeat, each run issues new API keys."""
    _run(config, lambda settings: sample_data.load_alone(settings, keys_file))


@app.command()
def settle(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Settle everything that is due now, with progress, then stop."""
    _run(config, lambda settings: jobs.run_now(settings, "settle", console))


@app.command()
def heal(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Ask WeChat about everything in doubt now, with progress, then stop."""
    _run(config, lambda settings: jobs.run_now(settings, "heal", console))


@app.command()
def doctor(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Check the configuration, the keys, MongoDB and the clock; exits 1 when something needs attention."""
    _run(config, lambda settings: jobs.examine(settings, console))


def _run(path: Path, command: Callable[[Settings], Awaitable[None]]) -> None:
    try:
        settings = load(path)
        set_up_logs(settings.logs.level, settings.logs.format)
        _runner()(_as_coroutine(command(settings)))
    except (FileNotFoundError, EmbeddedMongoError) as problem:
        _stop(str(problem))
    except ValidationError as wrong:
        lines = [f"{'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in wrong.errors()]
        _stop(f"{path} is not right:\n  " + "\n  ".join(lines))


def _runner() -> Callable[[Coroutine[Any, Any, None]], None]:
    try:
        import uvloop  # noqa: PLC0415 - not made for every platform
    except ImportError:
        return asyncio.run
    return uvloop.run


async def _as_coroutine(awaitable: Awaitable[None]) -> None:
    await awaitable


def _stop(message: str) -> None:
    console.print(message, style="red", markup=False)
    raise typer.Exit(code=1)
