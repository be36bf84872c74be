"""`xianxue institution-key`: an institution's API keys, issued, shown once, and revoked."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from server.cli.command import DEFAULT_CONFIG, ConfigPath, progress_console, result_console, run_with_ports
from services.institutions import issue_key, revoke_key
from services.ports import Ports


def issue_or_revoke(
    institution_id: Annotated[str, typer.Argument(help="the institution's id")],
    revoke: Annotated[str, typer.Option(help="revoke the key with this prefix instead of issuing one")] = "",
    name: Annotated[str, typer.Option(help="what the new key is for")] = "",
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Issue an API key, shown this once; to rotate, issue a new one, move over, then revoke the old one."""
    run_with_ports(
        config,
        lambda ports: _revoke(ports, institution_id, revoke) if revoke else _issue(ports, institution_id, name),
    )


async def _issue(ports: Ports, institution_id: str, name: str) -> None:
    key = await issue_key(ports, institution_id, name or "by operator")
    result_console().print(key, markup=False)
    await _list(ports, institution_id)


async def _revoke(ports: Ports, institution_id: str, prefix: str) -> None:
    await revoke_key(ports, institution_id, prefix)
    await _list(ports, institution_id)


async def _list(ports: Ports, institution_id: str) -> None:
    """Show what keys there are beside the answer, so that the answer alone can be piped on."""
    table = Table("prefix", "name", "issued", "revoked")
    for key in await ports.institutions.keys_of(institution_id):
        revoked = key.revoked_at.isoformat() if key.revoked_at else ""
        table.add_row(key.prefix, escape(key.name), key.created_at.isoformat(), revoked)
    progress_console().print(table)
