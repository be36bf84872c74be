"""Writes the second half of docs/words.md, every public class with its meaning, from the code: `make words`."""

import ast
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

from tests.architecture.source import ROOT, python_files, short, tree_of

PAGE = ROOT / "docs" / "words.md"
HEADING = "## Every class"
INTRODUCTION = f"""{HEADING}

The words as the code spells them: every public class of `models/`, `services/` and `handlers/`, its file, and what it
says of itself. `make words` writes these tables from the code, and a test holds them to it."""


class Class(NamedTuple):
    """One public class: its name, the file it stands in without `.py`, what it says of itself, its bases."""

    name: str
    file: str
    meaning: str
    bases: tuple[str, ...]

    @property
    def is_shape(self) -> bool:
        """Whether it is the body, the query or the answer of a request."""
        return self.file.startswith("handlers/") and not {"StrEnum"}.issuperset(self.bases)


ROOMS: dict[str, Callable[[Class], bool]] = {
    "Rules": lambda one: one.file.startswith("models/"),
    "Use cases": lambda one: one.file.startswith("services/") and not one.file.startswith("services/ports"),
    "Ports": lambda one: one.file.startswith("services/ports"),
    "Doors": lambda one: one.file.startswith("handlers/") and not one.is_shape,
    "Shapes of requests and answers": lambda one: one.is_shape,
}


def page() -> str:
    """Write the whole page: what people wrote, and below it what the code says."""
    by_hand, _, _ = PAGE.read_text(encoding="utf-8").partition(HEADING)
    every = list(classes())
    rooms = ((f"### {title}", table(filter(belongs, every))) for title, belongs in ROOMS.items())
    return by_hand + "\n\n".join([INTRODUCTION, *chain.from_iterable(rooms)]) + "\n"


def table(rows: Iterator[Class]) -> str:
    """Write the classes of one room, by file."""
    lines = (f"| `{one.name}` | `{one.file}` | {one.meaning} |" for one in rows)
    return "\n".join(["| class | file | meaning |", "|---|---|---|", *lines])


def classes() -> Iterator[Class]:
    """Return the public classes by file, in the order each file has them."""
    for path in sorted(python_files("models", "services", "handlers"), key=short):
        file = short(path).removesuffix(".py").removesuffix("/__init__")
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                meaning = (ast.get_docstring(node) or "").partition("\n")[0].replace("|", "\\|")
                yield Class(node.name, file, meaning, tuple(ast.unparse(base) for base in node.bases))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
