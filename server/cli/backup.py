"""`xianxue backup`, `xianxue restore`: everything as of one moment into files, and back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from aiohttp import ClientSession
from rich.progress import TaskID

from models.errors import InvalidInput
from server.cli.command import DEFAULT_CONFIG, ConfigPath, progress_console, result_console, run
from server.cli.migrate import progress_bar
from server.config import Settings
from server.docs import our_version
from server.outside import clock_of
from store.backup.restoring import begin_life, check_backup, next_life, restore
from store.backup.taking import Progress, take_backup
from store.database import open_stored

NEXT = (
    "The database is restored. Start the processes again: before anything is charged, ended or told they ask WeChat "
    "about everything that was in doubt. `xianxue catch-up` does it now and shows how far it is."
)


def back_up(
    directory: Annotated[Path, typer.Argument(help="a new directory; it will hold people's data and secrets")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Back up everything as of one moment, while all processes go on working."""
    run(config, lambda settings: _back_up(settings, directory))


def restore_backup(
    directory: Annotated[Path | None, typer.Argument(help="what `xianxue backup` wrote")] = None,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="drop everything the database holds now")] = False,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="the database was restored by other means: only begin to catch up")
    ] = False,
    backup_at: Annotated[str, typer.Option(help="with --in-place: as of when it is, with its zone")] = "",
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Restore a backup, checked first, into an empty database. Stop all processes before."""
    if in_place:
        run(config, lambda settings: _in_place(settings, backup_at))
    elif directory is None:
        raise typer.BadParameter("say which backup, or --in-place")
    else:
        run(config, lambda settings: _restore(settings, directory, replace=replace))


async def _back_up(settings: Settings, directory: Path) -> None:
    mongo = settings.mongo
    async with (
        ClientSession() as session,
        open_stored(mongo.uri, mongo.database, mongo.directory) as database,
    ):
        at = await clock_of(settings, session).now()
        documents = await _watch(take_backup(database.handle, directory, at, our_version()))
    result_console().print(f"{directory}: {documents} documents as of {at.isoformat()}", markup=False)


async def _restore(settings: Settings, directory: Path, *, replace: bool) -> None:
    mongo = settings.mongo
    with progress_console().status("comparing the files with their fingerprints …"):
        manifest = check_backup(directory)
    async with open_stored(mongo.uri, mongo.database, mongo.directory) as database:
        steps = restore(database.handle, directory, manifest, datetime.now(UTC), replace=replace)
        documents = await _watch(steps)
    result_console().print(f"{documents} documents as of {manifest.taken_at.isoformat()}. {NEXT}", markup=False)


async def _in_place(settings: Settings, backup_at: str) -> None:
    as_of, mongo = _moment(backup_at), settings.mongo
    async with open_stored(mongo.uri, mongo.database, mongo.directory) as database:
        await begin_life(database.handle, await next_life(database.handle, datetime.now(UTC), as_of))
    result_console().print(NEXT, markup=False)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise InvalidInput("backup_moment_missing", field="--backup-at") from wrong
    if moment.tzinfo is None:
        raise InvalidInput("backup_moment_missing", field="--backup-at")
    return moment


async def _watch(steps: AsyncIterator[Progress]) -> int:
    """Show one bar a collection; gives how many documents there were in all."""
    done: dict[str, int] = {}
    tasks: dict[str, TaskID] = {}
    with progress_bar() as bar:
        async for step in steps:
            if step.collection not in tasks:
                tasks[step.collection] = bar.add_task(step.collection, total=step.total)
            bar.update(tasks[step.collection], completed=step.documents, total=step.total)
            done[step.collection] = step.documents
    return sum(done.values())
