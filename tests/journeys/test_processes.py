"""Our programs as an operator runs them: several beside each other, stopped politely, and discreet in their logs."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import chain
from typing import Any

import pytest
from aiohttp import ClientSession

from lab.rig.processes import running_worker
from lab.rig.rig import Rig
from lab.rig.waiting import until

COURSE, SCHOOL = "wandou-thinking-20", "wandou"
ORDERS = 30


@pytest.fixture
def jobs_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the jobs to workers."""
    monkeypatch.setenv("XIANXUE__JOBS__IN_SERVER", "false")


@pytest.fixture
def slow_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drain for a while."""
    monkeypatch.setenv("XIANXUE__SERVER__DRAIN_S", "1.5")


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """Log everything there is."""
    monkeypatch.setenv("XIANXUE__LOGS__LEVEL", "debug")


@asynccontextmanager
async def worker(rig: Rig, name: str) -> AsyncIterator[None]:
    """Run a process that only does jobs; asked to stop, it does so politely."""
    async with running_worker(rig.config, rig.directory / f"{name}.log") as program:
        yield
    assert program.process.returncode == 0


async def ordered(rig: Rig, n: int, room: asyncio.Semaphore) -> str:
    """Have a new learner in training; a few at a time, because each asks again and again whether WeChat told us."""
    async with room:
        phone = await rig.learner(f"家长{n}")
        await phone.authorize(SCHOOL)
        order = await phone.place_order(COURSE, "pay_after_course", f"学员{n}")
        assert order["state"] == "in_training", order
        return str(order["no"])


@pytest.mark.usefixtures("jobs_elsewhere")
async def test_two_workers_beside_one_server_charge_every_order_once(rig: Rig) -> None:
    room = asyncio.Semaphore(4)
    nos = list(await asyncio.gather(*(ordered(rig, n, room) for n in range(ORDERS))))
    await rig.simulator.advance(hours=1)
    taught_at, school = await rig.simulator.now(), rig.school(SCHOOL)
    rows = [{"report_id": no, "order_no": no, "lesson": 1, "taught_at": taught_at} for no in nos]
    assert (await school.call("POST", "/attendance", {"rows": rows}))["taken"] == ORDERS
    await rig.simulator.advance(days=8)  # nobody looked, and no message could be sent

    async def orders() -> list[Any]:
        return list((await school.call("GET", "/orders?limit=100"))["orders"])

    async with worker(rig, "first"), worker(rig, "second"):
        await until(orders, lambda found: _all(found, "lessons", "confirmed"), "silence confirms")
        await asyncio.gather(*(school.call("POST", f"/orders/{no}/course-end") for no in nos))
        await rig.simulator.advance(days=8)
        await until(orders, lambda found: _all(found, "charges", "deducting", "paid"), "WeChat is asked for the money")
        await rig.simulator.advance(seconds=60)
        await until(orders, lambda found: _all(found, "charges", "paid"), "everything is paid")
    entries = await rig.simulator.ledger()
    assert sorted(entry["out_order_no"] for entry in entries) == sorted(f"{no}-C" for no in nos)
    assert {entry["amount_fen"] for entry in entries} == {9995}
    completed = Counter(request["path"] for request in await _requests(rig) if request["path"].endswith("/complete"))
    assert set(completed.values()) == {1}, completed


def _all(orders: list[Any], what: str, *states: str) -> bool:
    """Whether the first lesson, or the charge, of every order is in one of these states."""
    return len(orders) == ORDERS and all(order[what][0]["state"] in states for order in orders)


async def _requests(rig: Rig) -> list[Any]:
    return list((await rig.simulator.call("GET", "/requests"))["requests"])


@pytest.mark.usefixtures("slow_to_go")
async def test_asked_to_stop_it_turns_traffic_away_and_answers_what_it_began(rig: Rig) -> None:
    phone = await rig.learner("急停家长")
    await phone.authorize(SCHOOL)
    await rig.simulator.fault("POST /v3/payscore/serviceorder", "late", delay_s=2.5)
    order = asyncio.create_task(phone.place_order(COURSE, "pay_after_course", "急停"))
    await asyncio.sleep(0.5)
    rig.server.process.send_signal(signal.SIGTERM)

    async def readiness() -> tuple[int, str]:
        async with ClientSession() as session, session.get(f"{rig.address}/readyz") as answer:
            return answer.status, (await answer.json())["checks"]["serving"]

    await until(readiness, lambda seen: seen == (503, "shutting_down"), "it says that it goes", patience_s=1)
    assert (await order)["state"] == "in_training"
    assert await asyncio.wait_for(rig.server.process.wait(), 20) == 0


@pytest.mark.usefixtures("talkative")
async def test_no_log_line_holds_a_secret_or_an_identity(rig: Rig) -> None:
    phone = await rig.learner("小密家长", follows_oa=True)
    session = await phone.log_in()
    await phone.authorize(SCHOOL)
    order = await phone.place_order(COURSE, "pay_after_course", "小密")
    await rig.simulator.call("POST", f"/users/{phone.person.user_id}/say", {"text": "我的课程"})
    await _misbehave(rig, session["token"])
    log = (rig.directory / "server.log").read_text(encoding="utf-8")
    assert '"action": "http"' in log
    assert '"route": "/wechat/pay/notices/{merchant}"' in log
    secrets = {*_secrets(await rig.simulator.credentials()), *rig.keys.values(), session["token"]}
    user = await rig.simulator.call("GET", f"/users/{phone.person.user_id}")
    identities = {*user["openids"].values(), user["unionid"], "小密", order["wx"] or "小密"}
    assert [value for value in secrets | identities if str(value) in log] == []
    assert "access_token=" not in log.replace("access_token=***", "")


async def _misbehave(rig: Rig, token: str) -> None:
    """Make the server log refusals and failures, with secrets in every place a request has."""
    async with ClientSession() as session:
        for path in (f"/v1/orders/{token}", f"/v1/me?access_token={token}", f"/{token}"):
            await session.get(rig.address + path, headers={"Authorization": f"Bearer {token}x", "X-Request-Id": "r"})
        await session.post(f"{rig.address}/wechat/pay/notices/sample-a", data=b"x")
        await session.post(f"{rig.address}/wechat/oa?signature={token}", data=b"x")
        await session.post(f"{rig.address}/v1/sessions", json={"code": token})
    await rig.simulator.fault("POST /v3/payscore/serviceorder", "500")


def _secrets(credentials: dict[str, Any]) -> set[str]:
    """Return every secret of every account, private keys line by line."""
    names = {"secret", "token", "encoding_aes_key", "api_v3_key", "api_v2_key", "private_key_pem"}
    accounts = chain(credentials["apps"], credentials["merchants"])
    found = [str(account[name]) for account in accounts for name in names & account.keys()]
    return {line for value in found for line in value.splitlines() if line and "-----" not in line}
