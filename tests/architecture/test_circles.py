"""Which file imports which, read from the syntax alone: nothing goes in a circle, nothing reaches up.

Imports that only type checkers see count too, and so do those hidden in functions: a reader follows all of them.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, nodes, project, python_files

Graph = Mapping[str, set[str]]
SIMULATOR = ROOT / "wechat-simulator"
SIMULATORS = python_files("wechat-simulator")
WINGS = {
    "product, lab and tests": (ROOT, [path for path in python_files() if path not in SIMULATORS]),
    "simulator": (SIMULATOR / "src", python_files("wechat-simulator/src")),
    "simulator's tests": (SIMULATOR / "tests", python_files("wechat-simulator/tests")),
}
OUTSIDE_THE_PRODUCT = [["tests"], ["lab"]]
"""What drives the product from outside, tests above the wing they share."""


def graph(root: Path, files: Iterable[Path]) -> Graph:
    """Return, for each file, the files it imports by name; both under their dotted names."""
    paths = {dotted(root, path): path for path in files}
    return {name: {one for one in imported(path, paths.keys()) if one != name} for name, path in paths.items()}


def dotted(root: Path, path: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path, known: Iterable[str]) -> Iterator[str]:
    known = set(known)
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from known.intersection(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from (name if name in known else node.module for name in names if {name, node.module} & known)


def circle(files: Graph) -> list[str]:
    """Return one circle of imports, if there is any."""
    try:
        TopologicalSorter(files).prepare()
    except CycleError as found:
        names: list[str] = found.args[1]
        return names
    return []


def heights() -> dict[str, int]:
    """Return how high each top-level package stands, as the import contracts have it."""
    contracts = project()["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    floors = [*OUTSIDE_THE_PRODUCT, *([one.strip() for one in layer.split("|")] for layer in layers)]
    return {package: -depth for depth, floor in enumerate(floors) for package in floor}


@pytest.mark.parametrize("wing", WINGS)
def test_no_imports_go_in_a_circle(wing: str) -> None:
    files = graph(*WINGS[wing])
    assert any(files.values()), "the scan finds no imports any more"
    assert circle(files) == []


def test_no_import_goes_up_or_sideways() -> None:
    height = heights()
    assert [
        f"{importer} -> {one}"
        for importer, imports in graph(*WINGS["product, lab and tests"]).items()
        for one in imports
        if (above := importer.split(".")[0]) in height
        and (below := one.split(".")[0]) != above
        and height[below] >= height[above]
    ] == []


def test_every_package_has_its_height() -> None:
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == heights().keys()


def test_the_scan_sees_circles_late_imports_and_packages(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "__init__.py").write_text("from a import b\n")
    (tmp_path / "a" / "b.py").write_text("import os\ndef late():\n    from a.c import thing\n")
    (tmp_path / "a" / "c.py").write_text("from a.b import other\n")
    files = graph(tmp_path, tmp_path.rglob("*.py"))
    assert files == {"a": {"a.b"}, "a.b": {"a.c"}, "a.c": {"a.b"}}
    assert set(circle(files)) == {"a.b", "a.c"}
