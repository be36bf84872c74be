"""The exceptions queue in memory."""

from asyncio import sleep
from collections import Counter

from models.exceptions import ExceptionCase, ExceptionKind
from tests.fakes.memory import MemoryDatabase, copied, following, write_version


class MemoryExceptions:
    """Twin of store.exceptions.Exceptions."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._exceptions: dict[str, ExceptionCase] = database.collection("exceptions")

    async def get(self, exception_id: str) -> ExceptionCase | None:
        await sleep(0)
        stored = self._exceptions.get(exception_id)
        return copied(stored) if stored else None

    async def save(self, case: ExceptionCase) -> None:
        await sleep(0)
        write_version(self._exceptions, case)

    async def page(
        self,
        *,
        institution_id: str | None = None,
        is_open: bool | None = None,
        kind: ExceptionKind | None = None,
        after: str = "",
        limit: int = 20,
    ) -> list[ExceptionCase]:
        await sleep(0)
        own = [case for case in self._exceptions.values() if institution_id in (None, case.institution_id)]
        newest_first = sorted(own, key=lambda case: (case.opened_at, case.id))[::-1]
        rest = following(newest_first, [case.id for case in newest_first], after)
        wanted = [case for case in rest if is_open in (None, case.is_open) and kind in (None, case.kind)]
        return [copied(case) for case in wanted[:limit]]

    async def count_open(self) -> dict[ExceptionKind, int]:
        await sleep(0)
        return dict(Counter(case.kind for case in self._exceptions.values() if case.is_open))
