"""The shape of the source: no circle of imports, no file longer than anybody reads."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from processes import ROOT

MOST_LINES = 350
SOURCE = ROOT / "src"


def module_of(path: Path, source: Path) -> str:
    parts = path.relative_to(source).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Return every name a file imports, also for its hints alone and inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports here are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def graph(source: Path) -> dict[str, set[str]]:
    """Return for each module of ``source`` the modules of it that it names."""
    files = {module_of(path, source): path for path in source.rglob("*.py")}
    return {
        module: {
            name if name in files else name.rpartition(".")[0]
            for name in imports(path)
            if name in files or name.rpartition(".")[0] in files
        }
        for module, path in files.items()
    }


def circle(source: Path) -> list[str]:
    """Return the modules of one circle, in order, or nothing."""
    try:
        TopologicalSorter(graph(source)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert len(graph(SOURCE)) > 100
    assert circle(SOURCE) == []


@pytest.mark.parametrize(
    "back",
    [
        "from house.roof import tiles",
        "from house import roof",
        "import house.roof",
        "if TYPE_CHECKING:\n    from house.roof import tiles",
        "def late():\n    from house.roof import tiles",
    ],
)
def test_a_circle_is_found_however_it_is_written(tmp_path: Path, back: str) -> None:
    house = tmp_path / "house"
    house.mkdir()
    (house / "__init__.py").write_text("")
    (house / "roof.py").write_text("from house.walls import bricks\n")
    (house / "walls.py").write_text(back)
    assert set(circle(tmp_path)) == {"house.roof", "house.walls"}


def test_no_file_is_longer_than_anybody_reads() -> None:
    files = [path for part in ("src", "tests", "bench") for path in (ROOT / part).rglob("*.py")]
    assert len(files) > 200
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in files
    }
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}
