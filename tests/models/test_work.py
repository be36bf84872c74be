from datetime import UTC, datetime, timedelta

import pytest

from models.work import Patience, StuckWork


@pytest.mark.parametrize(
    ("fruitless", "seconds"),
    [(0, 0), (1, 1), (2, 2), (3, 4), (10, 512), (12, 2048), (13, 3600), (1000, 3600)],
)
def test_each_wait_is_twice_the_one_before_up_to_an_hour(fruitless: int, seconds: int) -> None:
    assert Patience().wait(fruitless) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("idle", "rounds", "fruitless"), [(0, 1, 0), (3, 4, 3), (0, 100, 0), (0, 101, 1), (2, 110, 10), (11, 105, 11)]
)
def test_rounds_count_only_from_the_hundredth_on(idle: int, rounds: int, fruitless: int) -> None:
    assert Patience().fruitless(idle, rounds) == fruitless


def test_a_further_try_and_a_later_moment_are_news() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    stuck = StuckWork(work="act", subject="X1", tries=10, since=at)
    assert stuck.model_copy(update={"tries": 11}).cause > stuck.cause
    assert stuck.model_copy(update={"since": at + timedelta(seconds=1)}).cause > stuck.cause + 1
