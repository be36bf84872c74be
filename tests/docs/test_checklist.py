import ast
import re

from tests.architecture.source import ROOT, tree_of

TEXT = (ROOT / "docs" / "checklist.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"^\| (G?\d+) \| (.+?) \| (fatal|recommended|optional) \| (.+) \|$", re.MULTILINE)


def functions_in(name: str) -> set[str]:
    path = ROOT / name
    if not path.is_file():
        return set()
    return {node.name for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_the_checklist_names_exists() -> None:
    assert [f"{file}::{test}" for file, test in NAMED.findall(TEXT) if test not in functions_in(file)] == []


def test_all_28_points_have_a_test_or_a_reason() -> None:
    rows = ROW.findall(TEXT)
    assert [row[0] for row in rows] == [*(f"G{n}" for n in range(1, 5)), *(str(n) for n in range(1, 25))]
    assert [row[0] for row in rows if not NAMED.search(row[3]) and "does not apply" not in row[3]] == []
