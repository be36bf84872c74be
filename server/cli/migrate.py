"""`xianxue migrate`: brings documents of an older version to this one's schema."""

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from server.cli.command import DEFAULT_CONFIG, ConfigPath, progress_console, result_console, run
from server.config import Settings
from store.database import open_stored
from store.migrations.running import Step, migrate


def migrate_database(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Bring documents written by an older version up to date; safe to repeat, to stop, and beside running processes."""
    run(config, _migrate)


async def _migrate(settings: Settings) -> None:
    mongo = settings.mongo
    steps: dict[str, Step] = {}
    async with open_stored(mongo.uri, mongo.database, mongo.directory) as database:
        with progress_bar() as bar:
            tasks: dict[str, TaskID] = {}
            async for step in migrate(database.handle):
                name = f"{step.migration.collection} {step.migration.to}"
                steps[name] = step
                tasks[name] = tasks[name] if name in tasks else bar.add_task(name, total=step.total)
                bar.update(tasks[name], completed=step.rewritten + step.unreadable)
    for step in steps.values():
        result_console().print(sentence(step), markup=False)


def progress_bar() -> Progress:
    """Make the bar on which long work is watched."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=progress_console())


def sentence(step: Step) -> str:
    """Say what became of one migration."""
    about = f"{step.migration.collection}: schema {step.migration.to}, {step.migration.what}"
    left = f"; {step.unreadable} cannot be read and stay as they are" if step.unreadable else ""
    return f"{about}: {step.rewritten} rewritten{left}"
