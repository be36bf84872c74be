"""Two small random runs, what makes a run fail, and the promise that a seed always draws the same workload."""

import asyncio
import json
from pathlib import Path

import pytest

from lab.chaos.run import run_seed
from lab.chaos.workload import draw_workload
from lab.rig.logs import ErrorLog
from lab.rig.processes import Running

BOT_FAILED = json.dumps({"level": "error", "action": "oa.failed", "event": "message failed", "exception": "KeyError"})
BOT_SLOW = json.dumps({"level": "warning", "action": "oa.slow", "event": "an error of level warning"})
SIMULATOR_FAILED = "ERROR:aiohttp.server:Error handling request\nTraceback (most recent call last):\nKeyError: 'x'"


async def test_random_runs_keep_every_promise_about_money(
    simulator_process: Running, mongo_uri: str, tmp_path: Path
) -> None:
    seeds = (1, 2)
    reports = await asyncio.gather(
        *(run_seed(simulator_process, mongo_uri, tmp_path / str(seed), seed, 20, _nothing) for seed in seeds)
    )
    for report in reports:
        assert not report.problems, "\n".join([*report.trace, *report.histories, *report.problems])
        assert report.orders


@pytest.mark.parametrize(("name", "entry"), [("server.log", BOT_FAILED), ("simulator.log", SIMULATOR_FAILED)])
async def test_an_error_in_the_log_of_any_process_fails_a_run(
    name: str, entry: str, simulator_process: Running, mongo_uri: str, tmp_path: Path
) -> None:
    logs = {"server.log": tmp_path / "server.log", "simulator.log": tmp_path / "simulator.log"}
    simulator = Running(simulator_process.process, simulator_process.address, logs["simulator.log"])

    def fail(_: str) -> None:
        with logs[name].open("a", encoding="utf-8") as log:
            log.write(entry + "\n")

    report = await run_seed(simulator, mongo_uri, tmp_path, 3, 1, fail)
    (problem,) = report.problems
    assert problem.startswith(f"{name}: ")
    assert "KeyError" in problem


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 0),
        (BOT_SLOW, 0),
        (f"{BOT_SLOW}\n{BOT_FAILED}\n{BOT_SLOW}\n{BOT_FAILED}", 2),
        (json.dumps({"level": "critical", "event": "x"}), 1),
        (f"WARNING:asyncio:slow\n{SIMULATOR_FAILED.splitlines()[0]}\nINFO:x:fine", 1),
        (f"{BOT_FAILED}\nprinted by somebody", 1),
        (f"{BOT_SLOW}\nTraceback (most recent call last):\nKeyError: 'x'", 1),
        ("Traceback (most recent call last):\n  File ...\nKeyError: 'x'", 1),
        ("said by a library, in no form at all", 0),
    ],
)
def test_errors_are_found_in_every_form_a_process_writes_them(text: str, found: int, tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text(f"{BOT_FAILED}\n", encoding="utf-8")
    log = ErrorLog(path)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
    assert len(log.entries()) == found


def test_a_seed_always_draws_the_same_workload_and_a_longer_one_begins_with_it() -> None:
    assert draw_workload(7, 40) == draw_workload(7, 40)
    assert draw_workload(7, 40).steps == draw_workload(7, 90).steps[:40]
    assert draw_workload(7, 40) != draw_workload(8, 40)


def _nothing(_: str) -> None:
    pass
