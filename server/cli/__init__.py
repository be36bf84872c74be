"""The command line: running it, doing one job now, and what an operator does by hand."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from server import running
from server.cli import (
    backup,
    catch_up,
    dispute_decide,
    doctor,
    exceptions,
    institution,
    institution_key,
    jobs,
    migrate,
    order,
    sample_data,
)
from server.cli.command import DEFAULT_CONFIG, ConfigPath, progress_console, run

app = typer.Typer(
    help="Learn first, pay later (先学后付) on WeChat Pay Score.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # local variables hold keys and tokens
)

app.command("doctor")(doctor.doctor)
app.command("exceptions")(exceptions.list_exceptions)
app.command("exceptions-close")(exceptions.close_exception)
app.command("order")(order.show_order)
app.command("order-end")(order.end_order)
app.command("order-unpark")(order.unpark_order)
app.command("refund-settled")(order.settle_refund)
app.command("order-allow-report")(order.allow_report)
app.command("migrate")(migrate.migrate_database)
app.command("backup")(backup.back_up)
app.command("restore")(backup.restore_backup)
app.command("catch-up")(catch_up.catch_up_now)
app.command("dispute-decide")(dispute_decide.decide_dispute)
app.command("institution")(institution.put_institution)
app.command("institution-key")(institution_key.issue_or_revoke)


@app.command()
def serve(
    config: ConfigPath = DEFAULT_CONFIG,
    sample_keys: Annotated[
        Path | None, typer.Option(help="load the sample data first, and write its new API keys here")
    ] = None,
) -> None:
    """Serve learners, institutions and WeChat; jobs run inside unless jobs.in_server is false."""
    run(config, lambda settings: running.serve(settings, partial(sample_data.load_into, keys_file=sample_keys)))


@app.command()
def work(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Only do jobs: as many of these processes as you like, beside as many servers as you like."""
    run(config, running.work)


@app.command("sample-data")
def load_sample_data(
    keys_file: Annotated[Path, typer.Option(help="where the new API keys are written (readable by you only)")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Load the sample institutions and courses; safe to repeat, each run issues new API keys."""
    run(config, lambda settings: sample_data.load_alone(settings, keys_file))


@app.command()
def settle(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Settle everything that is due now, with progress, then stop."""
    run(config, lambda settings: jobs.run_now(settings, "settle", progress_console()))


@app.command()
def heal(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Ask WeChat about everything in doubt now, with progress, then stop."""
    run(config, lambda settings: jobs.run_now(settings, "heal", progress_console()))
