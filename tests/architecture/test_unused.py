"""What the product defines, the product uses: code that only a test calls is dead, and looks alive."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import nodes, place, product_files, python_files, tree_of

CALLED_BY_A_LIBRARY = {"get_next_fire_time"}
"""Methods a library calls by name: APScheduler asks its triggers."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def defined(path: Path) -> Iterator[Definition]:
    """Return a file's functions and methods; decorated ones are called by whoever decorates them."""
    for node in tree_of(path).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        yield from (one for one in inside if isinstance(one, Definition) and is_plain(one))


def is_plain(one: Definition) -> bool:
    passive = {"property", "staticmethod", "asynccontextmanager", "contextmanager", "cache"}
    return not one.name.startswith("__") and all(ast.unparse(each) in passive for each in one.decorator_list)


def used() -> set[str]:
    """Return every name the product and what drives it from outside read."""
    named = (node for path in (*product_files(), *python_files("lab")) for node in nodes(path))
    return {
        node.id if isinstance(node, ast.Name) else node.attr
        for node in named
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
    }


def test_whatever_is_defined_is_used() -> None:
    names = used() | CALLED_BY_A_LIBRARY
    definitions = [(path, one) for path in product_files() for one in defined(path)]
    assert definitions
    assert [f"{place(path, one)} {one.name}" for path, one in definitions if one.name not in names] == []
