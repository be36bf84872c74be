"""A worker whose clock is wrong beside one whose clock is right: it claims and puts off nobody's work, and says so."""

import asyncio
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from lab.rig.processes import free_port, running_worker, start_server
from lab.rig.rig import Rig
from lab.rig.waiting import until
from lab.rig.wrong_clock import wrong_clock

COURSE, SCHOOL = "wandou-thinking-20", "wandou"
ORDERS = 12
OFF = timedelta(minutes=10)


@pytest.fixture
def jobs_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the jobs to workers."""
    monkeypatch.setenv("XIANXUE__JOBS__IN_SERVER", "false")


async def in_training(rig: Rig, n: int, room: asyncio.Semaphore) -> str:
    async with room:
        phone = await rig.learner(f"家长{n}")
        await phone.authorize(SCHOOL)
        return str((await phone.place_order(COURSE, "pay_after_course", f"学员{n}"))["no"])


async def taught(rig: Rig, orders: int) -> list[str]:
    """Have a lesson taught of new orders; what follows is the workers' to do."""
    room, school = asyncio.Semaphore(4), rig.school(SCHOOL)
    nos = list(await asyncio.gather(*(in_training(rig, n, room) for n in range(orders))))
    await rig.simulator.advance(hours=1)
    taught_at = await rig.simulator.now()
    rows = [{"report_id": no, "order_no": no, "lesson": 1, "taught_at": taught_at} for no in nos]
    assert (await school.call("POST", "/attendance", {"rows": rows}))["taken"] == orders
    return nos


async def states(rig: Rig, nos: list[str], what: str) -> set[str]:
    """Return the states the first lessons, or the charges, of these orders are in."""
    orders = (await rig.school(SCHOOL).call("GET", "/orders?limit=100"))["orders"]
    return {order[what][0]["state"] for order in orders if order["no"] in nos}


def actions(log: Path) -> Counter[str]:
    return Counter(re.findall(r'"action": "([^"]+)"', log.read_text(encoding="utf-8")))


async def charge(rig: Rig, nos: list[str]) -> None:
    """Let silence confirm, the course end and the deduction be announced, and wait until WeChat has the money."""

    async def all_are(what: str, *wanted: str) -> None:
        await until(lambda: states(rig, nos, what), lambda found: found <= set(wanted), f"{what} are {wanted}")

    await rig.simulator.advance(days=8)
    await all_are("lessons", "confirmed")
    for no in nos:
        await rig.school(SCHOOL).call("POST", f"/orders/{no}/course-end")
    await rig.simulator.advance(days=8)
    await all_are("charges", "deducting", "paid")
    await rig.simulator.advance(seconds=60)
    await all_are("charges", "paid")


@pytest.mark.usefixtures("jobs_elsewhere")
@pytest.mark.parametrize("off", [OFF, -OFF], ids=["ahead", "behind"])
async def test_a_worker_ten_minutes_off_hinders_nobody_and_goes_on_when_it_is_right(rig: Rig, off: timedelta) -> None:
    nos = await taught(rig, ORDERS)
    wrong_log = rig.directory / "wrong.log"
    async with wrong_clock(rig.simulator, off) as clock:
        async with running_worker(clock.config(rig.config), wrong_log) as wrong:
            async with running_worker(rig.config, rig.directory / "right.log"):
                await charge(rig, nos)
            assert actions(wrong_log) == {"clock.off": 1}
            assert len(await rig.simulator.ledger()) == ORDERS
            clock.off = timedelta(0)
            await charge(rig, await taught(rig, 1))
            assert actions(wrong_log)["clock.right"] == 1
        assert wrong.process.returncode == 0


async def test_a_server_whose_clock_is_off_is_not_ready_and_says_why(rig: Rig) -> None:
    async with wrong_clock(rig.simulator, OFF) as clock:
        config = clock.config(rig.config)
        text = config.read_text(encoding="utf-8")
        config.write_text(re.sub(r"(?m)^port = \d+$", f"port = {free_port()}", text), encoding="utf-8")
        server = await start_server(config, rig.directory / "wrong.log")

        async def readiness() -> tuple[int, dict[str, str]]:
            async with rig.session.get(f"{server.address}/readyz") as answer:
                return answer.status, (await answer.json())["checks"]

        assert (await readiness())[0] == 503
        assert (await readiness())[1]["clock"] == "off"
        async with rig.session.get(f"{server.address}/metrics") as answer:
            metrics = await answer.text()
        assert "xianxue_standing_down 1.0" in metrics
        assert 595 < float(re.findall(r'xianxue_clock_ahead_seconds{than="wechat"} (\S+)', metrics)[0]) < 605
        clock.off = timedelta(0)
        await until(readiness, lambda seen: seen[0] == 200, "its clock is right")
        await server.stop()
    async with rig.session.get(f"{rig.address}/readyz") as answer:
        assert answer.status == 200
