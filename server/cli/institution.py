"""`xianxue institution`: taking a school in, or changing its rules or its terms, from a file."""

import tomllib
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from models.institution import Institution
from server.cli.command import DEFAULT_CONFIG, ConfigPath, result_console, run_with_ports
from services.institutions import publish_institution
from services.ports import Ports


def put_institution(
    file: Annotated[Path, typer.Argument(help="a TOML file: id, name, merchant_id, [policy], [contract]")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Take an institution in, or change it; orders already placed keep what they froze. See docs/operations.md."""
    institution = read(file)
    run_with_ports(config, lambda ports: _put(ports, institution))


def read(file: Path) -> Institution:
    """Read an institution; raises BadParameter naming what is wrong with the file."""
    try:
        return Institution.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise _not_right(file, str(wrong)) from wrong
    except ValidationError as wrong:
        problems = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong.errors()]
        raise _not_right(file, "; ".join(problems)) from wrong


def _not_right(file: Path, problem: str) -> typer.BadParameter:
    return typer.BadParameter(f"{file}: {problem}")


async def _put(ports: Ports, institution: Institution) -> None:
    merchant = ports.merchants.get(institution.merchant_id)
    await publish_institution(ports, institution)
    contract = f"contract {institution.contract.version}, {institution.contract.text_sha256[:12]}"
    result_console().print(f"{institution.id}: paid into {merchant.mchid}, {contract}", markup=False)
