"""Reading documents so that one nobody can read harms only itself: lists go on without it, and the operator is told."""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from structlog import get_logger

from models.errors import Unreadable
from store.documents import Shape
from store.mongo import Collection, Document
from store.unreadables import note, problem_of

log = get_logger()
M = TypeVar("M", bound=BaseModel)

Fetch = Callable[[str, int], Awaitable[list[Document]]]
"""Read so many documents after the one with this key."""


class Reader(Generic[M]):
    """Reads the documents of one collection."""

    def __init__(self, collection: Collection, shape: Shape[M]) -> None:
        self._name = collection.name
        self._unreadables: Collection = collection.database["unreadables"]
        self._shape = shape

    async def one(self, document: Document | None) -> M | None:
        """Read a document that may not exist; raises Unreadable."""
        if document is None:
            return None
        try:
            return self._shape.entity(document)
        except ValidationError as wrong:
            await self._tell(document, problem_of(wrong))
            raise Unreadable("document_unreadable") from wrong

    async def all(self, documents: AsyncIterable[Document] | Iterable[Document]) -> list[M]:
        """Read those that can be read, in their order."""
        found: list[M] = []
        for document in documents if isinstance(documents, Iterable) else [each async for each in documents]:
            try:
                found.append(self._shape.entity(document))
            except ValidationError as wrong:
                await self._tell(document, problem_of(wrong))
        return found

    async def page(self, fetch: Fetch, *, after: str, limit: int) -> list[M]:
        """Read on until there are `limit` that can be read: a shorter page is the last one."""
        found: list[M] = []
        while True:
            missing = limit - len(found)
            documents = await fetch(after, missing)
            found += await self.all(documents)
            if len(documents) < missing or len(found) == limit:
                return found
            after = documents[-1]["_id"]

    async def _tell(self, document: Document, problem: str) -> None:
        log.error(
            "document unreadable",
            action="document.unreadable",
            collection=self._name,
            key=str(document["_id"]),
            schema=document.get("schema"),
            problem=problem,
        )
        await note(self._unreadables, self._name, document["_id"], problem)
