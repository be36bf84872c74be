"""Models to documents and back: a model's key is the document's `_id`, all else keeps its name.

A document may carry more than its model: fields that belong to the store itself (`agenda`, `claims`, `kept_until`).
Reading takes the model's fields and leaves the rest.
"""

from collections.abc import Sequence
from typing import Generic, TypeVar

from pydantic import BaseModel
from pymongo.errors import BulkWriteError

from store.mongo import Collection, Document

M = TypeVar("M", bound=BaseModel)

DUPLICATE_KEY = 11000
"""MongoDB's error code for a value a unique index already holds."""


class Shape(Generic[M]):
    """How one model lies in its collection: `key` is the field stored as `_id`."""

    def __init__(self, model: type[M], key: str) -> None:
        self._model = model
        self._key = key
        self._fields = [name for name in model.model_fields if name != key]
        self.projection: Document = dict.fromkeys(self._fields, 1)

    def document(self, entity: M) -> Document:
        """Return the whole document of an entity."""
        document = entity.model_dump(mode="python")
        return {"_id": document.pop(self._key), **document}

    def fields(self, entity: M) -> Document:
        """Return everything but the key, as an update sets it."""
        return entity.model_dump(mode="python", exclude={self._key})

    def entity(self, document: Document) -> M:
        """Read a document; raises ValidationError for one that no longer fits the model."""
        values = {name: document[name] for name in self._fields if name in document}
        return self._model.model_validate({self._key: document["_id"], **values})

    def optional(self, document: Document | None) -> M | None:
        """Read a document that may not exist."""
        return None if document is None else self.entity(document)


async def insert_new(collection: Collection, documents: Sequence[Document]) -> None:
    """Insert those that are not there yet; ones whose unique keys exist are left as they are."""
    if not documents:
        return
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as refusal:
        problems = refusal.details or {}
        codes = {error["code"] for error in problems.get("writeErrors", ())}
        if codes != {DUPLICATE_KEY} or problems.get("writeConcernErrors"):
            raise
