"""Migrations: how documents written by an older version become what this one writes (docs/decisions/0012).

Each raises the schema number of one collection by one. It must be safe to repeat, beside running processes of both
versions, and after a crash in the middle: a document is rewritten only if it still is what was read.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from store.mongo import Document
from store.schemas import below


@dataclass(frozen=True)
class Migration:
    """One step of one collection.

    `rewrite` gives the update that brings a document to schema `to`. `traces` are paths only an older version writes:
    its process may touch a document after it was rewritten, and then it is rewritten again. `retired` are indexes
    nobody needs any more once all documents are rewritten.
    """

    collection: str
    to: int
    what: str
    rewrite: Callable[[Document], Document]
    traces: tuple[str, ...] = ()
    retired: tuple[str, ...] = field(default=())

    def remaining(self) -> Document:
        """Filter: what still has to be rewritten."""
        return {"$or": [below(self.to), *({path: {"$exists": True}} for path in self.traces)]}
