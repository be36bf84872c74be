"""Compare-and-set for small entities that carry a version: 0 means not stored yet."""

from typing import TypeVar

from pydantic import BaseModel
from pymongo.errors import DuplicateKeyError

from models.errors import Stale
from store.documents import Shape
from store.mongo import Collection, Document

M = TypeVar("M", bound=BaseModel)


async def write_version(
    collection: Collection, shape: Shape[M], entity: M, version: int, *, also: Document | None = None
) -> None:
    """Write `entity` as version + 1 if the stored one is still at `version`; raises Stale otherwise.

    Version 0 inserts. `also` are paths of the store's own; None removes one. A claim on the stored document (`claims`)
    is given back: whoever writes has decided anew.
    """
    own = also or {}
    kept = {path: {"$literal": value} for path, value in own.items() if value is not None}
    schema = {} if version else {"schema": shape.schema}
    gone = ["claims", *(path for path, value in own.items() if value is None)]
    key = shape.key_of(entity)
    try:
        result = await collection.update_one(
            {"_id": key, "version": version},
            [{"$set": {**shape.over_stored(entity), **kept, **schema, "version": version + 1}}, {"$unset": gone}],
            upsert=version == 0,
        )
    except DuplicateKeyError as duplicate:
        message = f"{collection.name} {key} exists already"
        raise Stale(message) from duplicate
    if version and not result.matched_count:
        message = f"{collection.name} {key} is no longer at version {version}"
        raise Stale(message)
