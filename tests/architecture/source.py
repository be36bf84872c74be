"""The repository as text: which files there are, and what each of them says."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@cache
def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def product_packages() -> list[str]:
    """Return the top-level packages of the product, as the import contracts know them."""
    packages: list[str] = project()["tool"]["importlinter"]["root_packages"]
    return packages


@cache
def tracked_files() -> list[Path]:
    """Return every file git knows or is about to know, ignored ones left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - whichever git there is
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def python_files(*folders: str) -> list[Path]:
    """Return the tracked Python files below these folders, or all of them."""
    return [
        path
        for path in tracked_files()
        if path.suffix == ".py" and (not folders or any(path.is_relative_to(ROOT / folder) for folder in folders))
    ]


def product_files() -> list[Path]:
    """Return the Python files that are shipped."""
    return python_files(*product_packages())


def short(path: Path) -> str:
    """Return a path as people write it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def nodes(path: Path) -> Iterator[ast.AST]:
    """Return every node of a file's syntax tree."""
    return ast.walk(tree_of(path))


def place(path: Path, node: ast.expr | ast.stmt | ast.excepthandler) -> str:
    """Say where a node stands."""
    return f"{short(path)}:{node.lineno}"
