"""What cannot be read, in memory: here everything fits its model, so only what somebody notes is here."""

from asyncio import sleep

from models.unreadable import UnreadableDocument
from tests.fakes.memory import MemoryDatabase


class MemoryUnreadables:
    """Twin of store.unreadables.Unreadables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._noted: dict[str, UnreadableDocument] = database.collection("unreadables")
        self._told: dict[str, bool] = database.collection("unreadables.told")
        self._inbox = database.collection("inbox")

    async def note(self, collection: str, key: str, problem: str) -> None:
        await sleep(0)
        one = UnreadableDocument(id=f"{collection}:{key}", collection=collection, key=key, problem=problem)
        self._noted.setdefault(one.id, one)

    async def untold(self, limit: int) -> list[UnreadableDocument]:
        await sleep(0)
        return [one for one in self._noted.values() if one.id not in self._told][:limit]

    async def told(self, document: UnreadableDocument) -> None:
        await sleep(0)
        self._told[document.id] = True

    async def readable_again(self) -> list[UnreadableDocument]:
        await sleep(0)
        return [one for one in self._noted.values() if one.id in self._told and self._is_readable(one)]

    async def forget(self, document: UnreadableDocument) -> None:
        await sleep(0)
        self._noted.pop(document.id, None)
        self._told.pop(document.id, None)

    def _is_readable(self, noted: UnreadableDocument) -> bool:
        arrival = self._inbox.get(noted.key)
        return arrival is None or arrival.done
