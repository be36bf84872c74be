"""Compare-and-set for small entities that carry a version: 0 means not stored yet."""

from pymongo.errors import DuplicateKeyError

from models.errors import Stale
from store.mongo import Collection, Document


async def write_version(collection: Collection, document: Document, version: int) -> None:
    """Write `document` as version + 1 if the stored one is still at `version`; raises Stale otherwise.

    Version 0 inserts. A claim on the stored document (`claims`) is given back: whoever writes has decided anew.
    """
    written = {**document, "version": version + 1}
    if version == 0:
        await _insert(collection, written)
        return
    fields = {name: value for name, value in written.items() if name != "_id"}
    result = await collection.update_one(
        {"_id": document["_id"], "version": version}, {"$set": fields, "$unset": {"claims": ""}}
    )
    if not result.matched_count:
        message = f"{collection.name} {document['_id']} is no longer at version {version}"
        raise Stale(message)


async def _insert(collection: Collection, document: Document) -> None:
    try:
        await collection.insert_one(document)
    except DuplicateKeyError as duplicate:
        message = f"{collection.name} {document['_id']} exists already"
        raise Stale(message) from duplicate
