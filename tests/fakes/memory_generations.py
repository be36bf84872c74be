"""The lives of a database in memory; it is in its first one until a test says otherwise."""

from asyncio import sleep
from datetime import datetime, timedelta

from models.generation import Generation, Memory
from tests.fakes.memory import MemoryDatabase


class MemoryGenerations:
    """Twin of store.generations.Generations."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._generations: dict[int, Generation] = database.collection("generations")

    async def current(self) -> Generation:
        await sleep(0)
        return self._generations[max(self._generations)] if self._generations else Generation()

    async def begin(self, generation: Generation) -> None:
        await sleep(0)
        self._generations[generation.number] = generation

    async def take(self, lease: timedelta) -> Generation | None:
        present = await self.current()
        return present if present.memory is Memory.CATCHING_UP else None

    async def moved(self, number: int, phase: str, after: str, at: datetime) -> None:
        await self._set(number, phase=phase, after=after, moved_at=at)

    async def caught_up(self, number: int, at: datetime) -> None:
        await self._set(number, memory=Memory.WHOLE, phase="", after="", moved_at=at)

    async def _set(self, number: int, **fields: object) -> None:
        await sleep(0)
        self._generations[number] = self._generations[number].model_copy(update=fields)
