"""The lives of a database, and that one worker at a time catches up."""

from datetime import timedelta

import pytest

from lab.rig.orders import HOUR, NOON
from models.generation import Generation, Memory
from store.generations import Generations
from store.mongo import Database

LONG = timedelta(hours=1)
SECOND = Generation(number=2, mark="0AAAAAB", memory=Memory.CATCHING_UP, begun_at=NOON, backup_at=NOON)


@pytest.fixture
def generations(database: Database) -> Generations:
    return Generations(database, "w1")


async def test_a_database_without_any_is_in_its_first_life(generations: Generations) -> None:
    assert await generations.current() == Generation(number=1, mark="", memory=Memory.WHOLE)
    assert await generations.take(LONG) is None


async def test_the_last_life_counts(generations: Generations, database: Database) -> None:
    await generations.begin(SECOND)
    await generations.begin(SECOND.model_copy(update={"number": 3, "mark": "0AAAAAC"}))
    await generations.begin(SECOND.model_copy(update={"number": 3, "mark": "0AAAAAC"}))
    assert (await generations.current()).number == 3
    assert await database["generations"].count_documents({}) == 2


async def test_another_process_hears_of_a_new_life_within_a_second(
    generations: Generations, database: Database
) -> None:
    other = Generations(database, "w2")
    assert (await other.current()).number == 1
    await generations.begin(SECOND)
    assert (await other.latest()).number == 2
    other._looked_at -= 2  # noqa: SLF001 - two seconds later
    assert (await other.current()).number == 2


async def test_one_worker_catches_up_and_another_takes_over_where_it_stood(
    generations: Generations, database: Database
) -> None:
    await generations.begin(SECOND)
    other = Generations(database, "w2")
    assert await generations.take(LONG) == SECOND
    assert await generations.take(LONG) == SECOND
    assert await other.take(LONG) is None
    await generations.moved(2, "orders", "X5", NOON + HOUR)
    taken = await other.take(timedelta(0))
    assert taken is not None
    assert (taken.phase, taken.after, taken.moved_at) == ("orders", "X5", NOON + HOUR)
    assert await generations.take(LONG) is not None  # the other one's lease is over
    await generations.caught_up(2, NOON + HOUR)
    assert await generations.take(LONG) is None
    present = await other.latest()
    assert (present.memory, present.phase, present.after) == (Memory.WHOLE, "", "")


async def test_a_life_being_restored_is_not_caught_up_yet(generations: Generations) -> None:
    await generations.begin(SECOND.model_copy(update={"memory": Memory.RESTORING}))
    assert await generations.take(LONG) is None
