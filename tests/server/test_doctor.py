"""The doctor: problems stop something from working and end in exit code 1, hints do not."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from server.cli.doctor import Finding, Level, clock, skew
from server.config import load
from store.mongo import Database
from tests.fakes.outside import START, FakeClock
from tests.server.operator_desk import Desk, write_config


def _changed(config: Path, pattern: str, to: str) -> None:
    text, count = re.subn(pattern, to, config.read_text(encoding="utf-8"))
    assert count == 1
    config.write_text(text, encoding="utf-8")


async def test_a_developers_machine_has_hints_and_no_problem(desk: Desk) -> None:
    ended = await desk.run("doctor")
    assert ended.code == 0, ended
    assert "problem" not in ended.answer
    for word in (
        "is not https",
        "keys can be read",
        "MongoDB answers",
        "MongoDB's",
        "could not be compared",
        "the chat is closed",
    ):
        assert word in ended.answer


async def test_secrets_others_can_read_are_a_hint_in_the_file_and_a_problem_in_a_key(desk: Desk) -> None:
    desk.config.chmod(0o644)
    ended = await desk.run("doctor")
    assert (ended.code, "chmod 600" in ended.answer) == (0, True)
    (desk.config.parent / "key.pem").chmod(0o640)
    ended = await desk.run("doctor")
    assert ended.code == 1
    assert "key.pem can be read by others: chmod 600 it" in ended.answer
    _changed(desk.config, r"(?m)^pay_address", 'key_files = "warn"\npay_address')
    assert (await desk.run("doctor")).code == 0


@pytest.mark.parametrize(
    ("pattern", "to", "said"),
    [
        (r"platform_keys = .*", "", "no answer of WeChat's is believed"),
        (r"private_key_path = .*", 'private_key_path = "gone.pem"', "gone.pem"),
        (r"(?s)\[\[wechat.merchants\]\].*", "", "no merchant is configured"),
        (r"uri = .*", 'uri = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200"', "MongoDB cannot be used"),
    ],
)
async def test_what_cannot_work_is_a_problem(desk: Desk, pattern: str, to: str, said: str) -> None:
    _changed(desk.config, pattern, to)
    ended = await desk.run("doctor")
    assert ended.code == 1
    assert said in next(line for line in ended.answer.splitlines() if line.startswith("problem"))


async def test_a_merchant_of_another_mini_program_is_named(desk: Desk) -> None:
    _changed(desk.config, r'(?s)(\[wechat.miniprogram\]\s+appid = )"wx1"', r'\1"wx2"')
    ended = await desk.run("doctor")
    assert ended.code == 0
    assert "merchant wandou: its orders are for wx1, which is not the Mini Program" in ended.answer


async def test_a_file_that_is_not_right_is_told_by_the_key_that_is_wrong(desk: Desk) -> None:
    _changed(desk.config, r"risk_cap_fen = 100000", 'risk_cap_fen = "much"')
    ended = await desk.run("doctor")
    assert ended.code == 1
    assert "wechat.merchants.0.risk_cap_fen" in ended.told


@pytest.mark.parametrize(
    ("seconds", "level", "said"),
    [
        (0, Level.OK, "our clock is 0 s behind MongoDB's"),
        (30, Level.OK, "our clock is 30 s ahead of MongoDB's"),
        (31, Level.PROBLEM, "our clock is 31 s ahead of MongoDB's: nothing is done on this machine until it is right"),
        (-31, Level.PROBLEM, "our clock is 31 s behind MongoDB's: nothing is done on this machine until it is right"),
    ],
)
def test_a_clock_over_half_a_minute_off_is_a_problem(seconds: int, level: Level, said: str) -> None:
    assert skew(timedelta(seconds=seconds), "MongoDB") == Finding(level, said)


@pytest.fixture
async def wechats_web_server() -> AsyncIterator[str]:
    """Listen as a server whose clock stands at START."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=404, headers={"Date": format_datetime(START, usegmt=True)})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_the_clock_is_compared_with_the_date_of_wechats_answers(
    tmp_path: Path, wechats_web_server: str, database: Database
) -> None:
    settings = load(write_config(tmp_path, "embedded", database.name, wechat=wechats_web_server))

    async def found(off_s: int) -> Finding:
        async with ClientSession() as session:
            return await clock(FakeClock(START + timedelta(seconds=off_s)), settings, session)

    assert (await found(1)).level is Level.OK
    assert (await found(-400)).level is Level.PROBLEM
