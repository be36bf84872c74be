"""Two small worlds of random steps, and the promise that a seed always tells the same sequence."""

import asyncio
from pathlib import Path

from lab.chaos.play import play
from lab.chaos.script import write_script


async def test_random_worlds_keep_every_promise_about_money(
    simulator_process: str, mongo_uri: str, tmp_path: Path
) -> None:
    seeds = (1, 2)
    played = await asyncio.gather(
        *(play(simulator_process, mongo_uri, tmp_path / str(seed), seed, 20, _nothing) for seed in seeds)
    )
    for each in played:
        assert not each.problems, "\n".join([*each.trace, *each.stories, *each.problems])
        assert each.orders


def test_a_seed_always_tells_the_same_sequence_and_a_longer_one_begins_with_it() -> None:
    assert write_script(7, 40) == write_script(7, 40)
    assert write_script(7, 40).steps == write_script(7, 90).steps[:40]
    assert write_script(7, 40) != write_script(8, 40)


def _nothing(_: str) -> None:
    pass
