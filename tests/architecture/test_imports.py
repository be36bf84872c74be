"""Import directions: the contracts of pyproject.toml hold, and each of them is able to fail."""

import ast
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import fields
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT, nodes, place, product_packages, project, python_files, short
from tests.fakes.stores import PortStores

LINTER = Path(sysconfig.get_path("scripts")) / "lint-imports"
CONTRACTS: list[dict[str, Any]] = project()["tool"]["importlinter"]["contracts"]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [LINTER, "--no-cache", "--no-logo"]
    return subprocess.run(  # noqa: S603 - the linter of this very environment
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def violations(contract: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return every import the contract forbids, as (package, module it may not import)."""
    if contract["type"] == "forbidden":
        for source in contract["source_modules"]:
            yield from ((source, forbidden) for forbidden in contract["forbidden_modules"])
        return
    assert contract["type"] == "layers", "teach this test how to break a contract of the new type"
    layers = [[package.strip() for package in layer.split("|")] for layer in contract["layers"]]
    for siblings in layers:
        yield from combinations(siblings, 2)
        yield from ((two, one) for one, two in combinations(siblings, 2))
    for above, below in combinations(layers, 2):
        yield from ((low, high) for high in above for low in below)


def section_of(report: str, contract_name: str) -> str:
    """Return what the report says about one broken contract."""
    _, _, broken = report.partition("Broken contracts")
    _, _, rest = broken.partition(f"\n{contract_name}\n{'-' * len(contract_name)}\n")
    ends = [rest.find(f"\n{other['name']}\n---") for other in CONTRACTS]
    return rest[: min([end for end in ends if end >= 0], default=len(rest))]


def test_every_import_contract_holds() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("contract", CONTRACTS, ids=[contract["name"] for contract in CONTRACTS])
def test_a_contract_fails_for_every_import_it_forbids(contract: dict[str, Any], tmp_path: Path) -> None:
    for package in product_packages():
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = {}
    for package, forbidden in violations(contract):
        name = f"planted_{forbidden.replace('.', '_')}"
        # hidden in a function, where a hurried change would hide it
        (tmp_path / package / f"{name}.py").write_text(f"def late() -> None:\n    import {forbidden}\n")
        planted[f"{package}.{name}"] = forbidden
    assert planted
    result = lint(tmp_path)
    assert result.returncode == 1, result.stdout
    found = section_of(result.stdout, contract["name"])
    assert [one for one in planted if f"{one} -> " not in found] == []


def test_all_product_packages_are_under_the_contracts() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders - {"tests", "lab"} == set(product_packages())


def test_the_simulator_imports_nothing_of_the_product() -> None:
    ours = {*product_packages(), "lab", "tests"}
    assert [
        place(path, node)
        for path in python_files("wechat-simulator")
        for node in nodes(path)
        if isinstance(node, ast.Import | ast.ImportFrom) and modules_of(node) & ours
    ] == []


def modules_of(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Return the top-level packages an absolute import names."""
    if isinstance(node, ast.ImportFrom):
        return {node.module.split(".")[0]} if node.module and not node.level else set()
    return {alias.name.split(".")[0] for alias in node.names}


def test_handlers_reach_no_store() -> None:
    stores = "|".join(field.name for field in fields(PortStores))
    reached = re.compile(rf"\bports\.({stores})\b")
    found = {short(path): reached.findall(path.read_text(encoding="utf-8")) for path in python_files("handlers")}
    assert {name: names for name, names in found.items() if names} == {}
