"""Models to documents and back: a model's key is the document's `_id`, all else keeps its name.

A document may carry more than its model: fields that belong to the store itself (`agenda`, `claims`, `kept_until`,
`schema`), and fields of a newer version at any depth. Reading leaves them out, writing leaves them alone
(docs/decisions/0012).
"""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from pymongo.errors import BulkWriteError

from store.mongo import Collection, Document

M = TypeVar("M", bound=BaseModel)

DUPLICATE_KEY = 11000
"""MongoDB's error code for a value a unique index already holds."""


class Shape(Generic[M]):
    """How one model lies in its collection.

    `key` is the field stored as `_id`, or "" when the key is no field of the model; `schema` is the number a new
    document gets: it counts the migrations of its collection (store/migrations).
    """

    def __init__(self, model: type[M], key: str, *, schema: int = 1) -> None:
        self._model = model
        self._key = key
        self._fields = [name for name in model.model_fields if name != key]
        self.schema = schema
        self.projection: Document = dict.fromkeys(self._fields, 1)

    def document(self, entity: M) -> Document:
        """Return the whole document of a new entity; one whose key is no field of it still lacks its `_id`."""
        document = entity.model_dump(mode="python")
        key = {"_id": document.pop(self._key)} if self._key else {}
        return {**key, **document, "schema": self.schema}

    def fields(self, entity: M) -> Document:
        """Return everything but the key, as an update sets it."""
        return entity.model_dump(mode="python", exclude={self._key})

    def key_of(self, entity: M) -> Any:  # noqa: ANN401 - whatever the field holds
        """Return what the document of this entity has as `_id`."""
        return getattr(entity, self._key)

    def over_stored(self, entity: M) -> Document:
        """Return everything but the key, as a pipeline's `$set` lays it over the stored document."""
        return {name: _over(f"${name}", getattr(entity, name)) for name in self._fields}

    def upsert(self, entity: M) -> list[Document]:
        """Return the pipeline that makes this entity's document, or brings a stored one up to date."""
        is_new = {"$eq": [{"$type": f"${self._fields[0]}"}, "missing"]}
        schema = {"$cond": [is_new, self.schema, "$schema"]}
        return [{"$set": {**self.over_stored(entity), "schema": schema}}]

    def entity(self, document: Document) -> M:
        """Read a document; raises ValidationError for one that does not fit the model."""
        values = {name: document[name] for name in self._fields if name in document}
        if self._key:
            values[self._key] = document["_id"]
        return self._model.model_validate(values, extra="ignore")


def _over(stored: str, value: object) -> Any:  # noqa: ANN401 - an aggregation expression
    """Return the expression that lays a value over what is stored there, keeping fields the value's model lacks.

    Elements of lists keep theirs by their place. A plain mapping (details, payloads) is taken as it is.
    """
    if isinstance(value, BaseModel):
        fields = {name: _over(f"$$was.{name}", getattr(value, name)) for name in type(value).model_fields}
        return {"$let": {"vars": {"was": stored}, "in": {"$mergeObjects": ["$$was", fields]}}}
    if isinstance(value, list | tuple) and any(isinstance(element, BaseModel) for element in value):
        return [
            {"$let": {"vars": {"is": {"$arrayElemAt": [stored, n]}}, "in": _over("$$is", element)}}
            for n, element in enumerate(value)
        ]
    return {"$literal": value}


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
