"""The exceptions queue in memory."""

from asyncio import sleep
from collections import Counter

from models.exceptions_queue import Trouble, TroubleKind
from tests.fakes.memory import MemoryDatabase, copied, following, write_version


class MemoryTroubles:
    """Twin of store.troubles.Troubles."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._troubles: dict[str, Trouble] = database.collection("troubles")

    async def get(self, trouble_id: str) -> Trouble | None:
        await sleep(0)
        stored = self._troubles.get(trouble_id)
        return copied(stored) if stored else None

    async def save(self, trouble: Trouble) -> None:
        await sleep(0)
        write_version(self._troubles, trouble)

    async def page(
        self, *, institution_id: str | None = None, is_open: bool | None = None, after: str = "", limit: int = 20
    ) -> list[Trouble]:
        await sleep(0)
        own = [trouble for trouble in self._troubles.values() if institution_id in (None, trouble.institution_id)]
        newest_first = sorted(own, key=lambda trouble: (trouble.opened_at, trouble.id))[::-1]
        rest = following(newest_first, [trouble.id for trouble in newest_first], after)
        return [copied(trouble) for trouble in rest if is_open in (None, trouble.is_open)][:limit]

    async def count_open(self) -> dict[TroubleKind, int]:
        await sleep(0)
        return dict(Counter(trouble.kind for trouble in self._troubles.values() if trouble.is_open))
