"""docs/architecture.md names files and functions: each of them is there, and no rule file is forgotten."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, product_files, product_packages, short, tree_of

TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.-]+(/[\w.-]+)*/?")
DOTTED = re.compile(rf"(?:{'|'.join(product_packages())})(\.\w+)+")
RULE = re.compile(r"_?at")


def quoted() -> list[str]:
    return sorted(set(QUOTED.findall(TEXT)))


PATHS = [word for word in quoted() if PATH.fullmatch(word) and ("/" in word or word.endswith((".py", ".toml", ".md")))]
NAMES = [word for word in quoted() if DOTTED.fullmatch(word)]


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_there(path: str) -> None:
    assert (ROOT / path).is_dir() if path.endswith("/") else (ROOT / path).is_file()


@pytest.mark.parametrize("name", NAMES)
def test_every_function_is_there(name: str) -> None:
    """`package.module.function`, or a class and its method; a field counts, and so does a name in capitals."""
    module, rest = module_of(name)
    here: list[ast.stmt] = tree_of(module).body
    for part in rest:
        found = [node for node in here if part in names_of(node)]
        assert found, f"{short(module)} has no {part}"
        here = getattr(found[0], "body", [])


def module_of(name: str) -> tuple[Path, list[str]]:
    """Return the file a dotted name begins with, and what is left to look for inside."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        folder = ROOT.joinpath(*parts[:length])
        for file in (folder.with_suffix(".py"), folder / "__init__.py"):
            if file.is_file():
                return file, parts[length:]
    pytest.fail(f"no file holds {name}")


def names_of(node: ast.stmt) -> set[str]:
    """Return the names a statement gives to something."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return {target.id for target in targets if isinstance(target, ast.Name)}
    return set()


def test_whatever_is_quoted_is_checked_or_is_no_code() -> None:
    """A path or a name that is written another way would escape the two tests above."""
    rest = set(quoted()) - set(PATHS) - set(NAMES)
    spoken = re.compile(r"[a-z_]+|(GET|POST|PUT|DELETE) /\S+|make [a-z]+|rule\(order, at, …\)")
    assert [word for word in sorted(rest) if not spoken.fullmatch(word)] == []
    assert [word for word in rest if word in functions()] == []


@cache
def functions() -> set[str]:
    """Return every public function of the product: on the page it stands with its module."""
    return {
        node.name
        for path in product_files()
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_file_of_rules_is_named() -> None:
    """A rule is a function of an order and a moment; the page names the files where they stand."""
    assert [short(path) for path in product_files() if has_rules(path) and f"`{short(path)}`" not in TEXT] == []


def has_rules(path: Path) -> bool:
    functions = (node for node in tree_of(path).body if isinstance(node, ast.FunctionDef))
    shapes = ([arg.arg for arg in (*node.args.posonlyargs, *node.args.args)][:2] for node in functions)
    return path.is_relative_to(ROOT / "models") and any(
        len(shape) > 1 and shape[0] == "order" and RULE.fullmatch(shape[1]) for shape in shapes
    )


def test_the_picture_shows_every_room() -> None:
    picture = TEXT[TEXT.index("```mermaid") : TEXT.index("```\n\n")]
    rooms = set(re.findall(r"<b>([\w/]+)/</b>", picture))
    assert rooms == {*product_packages(), "lab"}


def test_twenty_changes_are_answered() -> None:
    table = TEXT[TEXT.index("## I want to change") :]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) == len(["heading"]) + 20
