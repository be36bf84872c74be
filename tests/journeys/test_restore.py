"""A restore loses nothing and claims nothing: back up, live on, lose everything since, restore, balance to the fen."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from lab.rig.http import HttpError
from lab.rig.product import MiniProgram
from lab.rig.rig import Rig
from lab.rig.waiting import until
from lab.scenarios.steps import pay, take_lesson
from tests.webhooks.receivers import Receiver, listening

WANDOU, AIKU, JIAOJIAO = (
    ("wandou", "wandou-thinking-20"),
    ("aiku", "aiku-basketball-10"),
    ("jiaojiao", "jiaojiao-reading-5"),
)
AFTER, PLAN, PREPAY = "pay_after_course", "pay_per_lesson", "prepay"


class Family:
    """One learner with one order."""

    def __init__(self, rig: Rig, phone: MiniProgram, school: tuple[str, str]) -> None:
        self.rig, self.phone, self.school, self.no = rig, phone, school[0], ""

    async def begin(self, mode: str, school: tuple[str, str]) -> "Family":
        if mode == AFTER:
            await self.phone.authorize(school[0])
        order = await self.phone.place_order(school[1], mode, "小明")
        self.no = order["no"]
        if mode != AFTER:
            await self.rig.simulator.make_wx_call(self.phone.person, order["wx"])
        await self.phone.order_becomes(self.no, "in_training")
        return self

    async def order(self) -> Any:
        return await self.phone.order(self.no)

    async def learn(self, *lessons: int) -> None:
        for n in lessons:
            await take_lesson(self.rig, self.school, self.phone, self.no, n)

    async def learn_and_pay(self, *lessons: int) -> None:
        """Take lessons of a plan, each charged before the next."""
        for n in lessons:
            await until(self.order, lambda order: order["next_lesson_clear"], f"lesson {n} may be taught")
            await self.learn(n)
            await self.charge_becomes(n - 1, "deducting")
            await self.rig.simulator.advance(seconds=30)
            await self.charge_becomes(n - 1, "paid")

    async def charge_becomes(self, index: int, state: str) -> None:
        await until(self.order, lambda order: order["charges"][index]["state"] == state, f"charge {index} is {state}")

    async def end(self) -> None:
        quote = await self.phone.call("POST", f"/orders/{self.no}/ending-quotes")
        await self.phone.call("POST", f"/orders/{self.no}/ending", {"quote_id": quote["id"]})

    async def cancel_plan(self) -> None:
        """Take the signature back inside WeChat."""
        path = f"/users/{self.phone.person.user_id}/cancel-sign-plan"
        numbers = {
            x["merchant_sign_plan_no"]: x["sign_plan_id"]
            for x in _plans(await self.rig.simulator.call("GET", "/world"))
        }
        await self.rig.simulator.call("POST", path, {"sign_plan_id": numbers[f"{self.no}-S"]})

    async def balance(self) -> tuple[int, int]:
        """Return what we, and what WeChat says was taken and kept."""
        order = await self.order()
        mine = [x for x in await self.rig.simulator.ledger() if x["openid"] == self.phone.person.openid]
        signs = {"deduction": 1, "payment": 1, "refund": -1}
        return order["paid_fen"] - order["refunded_fen"], sum(signs[x["kind"]] * x["amount_fen"] for x in mine)


def _plans(node: Any) -> Iterator[dict[str, Any]]:
    """Find the signed plans of the simulated world."""
    if isinstance(node, dict) and "merchant_sign_plan_no" in node and "sign_plan_id" in node:
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _plans(inner)


async def family(rig: Rig, nickname: str, mode: str, school: tuple[str, str]) -> Family:
    return await Family(rig, await rig.learner(nickname), school).begin(mode, school)


async def command(rig: Rig, *arguments: str) -> str:
    """Run `xianxue …`; gives what it answered."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server",
        *arguments,
        "--config",
        str(rig.config),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return out.decode()


async def gauge(rig: Rig) -> str:
    async with rig.session.get(f"{rig.address}/metrics") as answer:
        text = await answer.text()
    return next(line.split()[1] for line in text.splitlines() if line.startswith("xianxue_catching_up "))


@asynccontextmanager
async def endpoint(rig: Rig) -> AsyncIterator[Receiver]:
    async def take(_: web.Request) -> web.Response:
        return web.Response(status=204)

    async with listening(take) as receiver:
        await rig.school("jiaojiao").call("POST", "/webhook-endpoints", {"url": receiver.url})
        yield receiver


def heard(receiver: Receiver) -> dict[str, Any]:
    """Return what was posted, by its id; one id never stands for two things."""
    found: dict[str, Any] = {}
    for got in receiver.received:
        assert found.setdefault(got.headers["webhook-id"], got.body) == got.body, got.headers["webhook-id"]
    return {key: json.loads(body) for key, body in found.items()}


@pytest.mark.timeout(300)
async def test_a_restore_loses_nothing_and_claims_nothing(rig: Rig, tmp_path: Path) -> None:
    async with endpoint(rig) as receiver:
        taught, ends, gone = (
            await family(rig, "小课家长", AFTER, AIKU),
            await family(rig, "小结家长", AFTER, WANDOU),
            await family(rig, "小退家长", PLAN, JIAOJIAO),
        )
        plan, prepaid = await family(rig, "小签家长", PLAN, JIAOJIAO), await family(rig, "小付家长", PREPAY, AIKU)
        await taught.learn(1, 2)
        await ends.learn(1)
        await plan.learn_and_pay(1)
        await gone.learn_and_pay(1)
        await prepaid.learn(1)
        told = await command(rig, "backup", str(tmp_path / "backup"))
        assert "documents as of" in told
        everybody = [taught, ends, gone, plan, prepaid]
        late = await _live_on(rig, everybody)
        before = {await one.balance() for one in everybody}
        assert all(ours == theirs for ours, theirs in before)
        ids = set(heard(receiver))

        await rig.server.kill()
        await command(rig, "restore", str(tmp_path / "backup"), "--replace")
        await rig.simulator.fault("GET /v3/payscore/*", "500", 10_000)
        await rig.restart_server()
        await until(lambda: gauge(rig), lambda value: value == "1.0", "it knows that it has to catch up")
        await _stands_still(taught)
        await rig.simulator.call("DELETE", "/faults")
        await until(lambda: gauge(rig), lambda value: value == "0.0", "it has caught up", patience_s=60)

        for one in everybody:
            ours, theirs = await one.balance()
            assert ours == theirs, (one.no, await one.order())
        await _go_on(rig, taught, ends, plan)
        for one in everybody:
            ours, theirs = await one.balance()
            assert ours == theirs, (one.no, await one.order())
        since = set(heard(receiver)) - ids
        assert any(heard(receiver)[key]["type"] == "order.restored" for key in since)
        assert await _is_named(rig, late)


async def _live_on(rig: Rig, everybody: list[Family]) -> Family:
    """Let everything happen that will be forgotten; gives somebody who only began then."""
    taught, ends, gone, plan, prepaid = everybody
    await plan.learn_and_pay(2, 3)
    await ends.learn(2, 3)
    await ends.end()
    await pay(rig, ends.phone, ends.no)
    await taught.learn(3)
    await gone.cancel_plan()
    await until(gone.order, lambda order: order["ended_at"] is not None, "the cancellation is known")
    await prepaid.end()
    await until(prepaid.order, lambda order: order["charges"][0]["refunds"], "money is promised back")
    await rig.simulator.advance(hours=1)
    await until(prepaid.order, lambda order: order["refunded_fen"] > 0, "money went back")
    late = await family(rig, "小晚家长", PLAN, JIAOJIAO)
    await late.learn_and_pay(1)
    return late


async def _stands_still(taught: Family) -> None:
    """While it has not caught up nothing is confirmed, charged or ended; reading goes on."""
    with pytest.raises(HttpError, match="catching_up") as refused:
        await taught.phone.confirm(taught.no, 2)
    assert refused.value.status == 503
    assert (await taught.order())["state"] == "in_training"


async def _go_on(rig: Rig, taught: Family, ends: Family, plan: Family) -> None:
    """Whoever remembers says it again: schools their reports, learners their words; a plan is charged to its end."""
    now = await rig.simulator.now()
    for one, lessons in ((taught, (3,)), (ends, (2, 3)), (plan, (2, 3))):
        for n in lessons:
            told = await rig.school(one.school).report(one.no, n, now)
            assert told["taken"] == 1, told
            await one.phone.confirm(one.no, n)
            await rig.simulator.advance(hours=1)
            now = await rig.simulator.now()
    await plan.learn_and_pay(4, 5)
    await plan.phone.order_becomes(plan.no, "settled")
    await ends.end()
    await ends.phone.order_becomes(ends.no, "settled")
    await taught.end()
    await pay(rig, taught.phone, taught.no)


async def _is_named(rig: Rig, late: Family) -> bool:
    """Somebody who only began after the backup is heard of again: a person is told."""
    await late.cancel_plan()
    await rig.simulator.advance(seconds=60)

    async def look() -> str:
        return await command(rig, "exceptions")

    listed = await until(look, lambda text: f"{late.no}-S-forgotten_at_wechat" in text, "it is named")
    return bool(listed)
