"""Documents this version could not read, each noted once, until somebody is told and until they can be read again."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from models.unreadable import UnreadableDocument
from store.documents import Shape
from store.failures import names_failures
from store.mongo import Collection, Database, Document

LOOKED_AT = 200
"""How many are looked at again in one round: more than that is one cause, not many."""


@names_failures
class Unreadables:
    """The collection `unreadables`: {_id, collection, key, problem, told}."""

    def __init__(self, database: Database, shapes: Mapping[str, Shape[Any]]) -> None:
        self._database = database
        self._unreadables = database["unreadables"]
        self._shapes = shapes

    async def note(self, collection: str, key: str, problem: str) -> None:
        """Remember that this document cannot be read."""
        await note(self._unreadables, collection, key, problem)

    async def untold(self, limit: int) -> list[UnreadableDocument]:
        """Return those nobody was told of."""
        cursor = self._unreadables.find({"told": False}).limit(limit)
        return [_value(document) async for document in cursor]

    async def told(self, document: UnreadableDocument) -> None:
        """Remember that somebody was told."""
        await self._unreadables.update_one({"_id": document.id}, {"$set": {"told": True}})

    async def readable_again(self) -> list[UnreadableDocument]:
        """Return those that can be read by now, or are gone."""
        noted = [document async for document in self._unreadables.find({"told": True}).limit(LOOKED_AT)]
        return [_value(document) for document in noted if await self._is_readable(document)]

    async def forget(self, document: UnreadableDocument) -> None:
        """Forget one that can be read again."""
        await self._unreadables.delete_one({"_id": document.id})

    async def _is_readable(self, noted: Document) -> bool:
        stored = await self._database[noted["collection"]].find_one({"_id": noted["key"]})
        if stored is None or noted["collection"] not in self._shapes:
            return stored is None or bool(stored.get("done"))  # an arrival is read by whoever does it
        try:
            self._shapes[noted["collection"]].entity(stored)
        except ValidationError:
            return False
        return True


async def note(unreadables: Collection, collection: str, key: Any, problem: str) -> None:  # noqa: ANN401 - any `_id`
    """Remember that this document cannot be read; once is enough."""
    noted = {"collection": collection, "key": key, "problem": problem, "told": False, "schema": 1}
    await unreadables.update_one({"_id": f"{collection}:{key}"}, {"$setOnInsert": noted}, upsert=True)


def problem_of(wrong: ValidationError) -> str:
    """Name the first field that does not fit, without its value: it may be personal."""
    first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'document'}: {first['msg']}"


def _value(document: Document) -> UnreadableDocument:
    return UnreadableDocument(
        id=document["_id"], collection=document["collection"], key=str(document["key"]), problem=document["problem"]
    )
