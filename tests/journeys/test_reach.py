"""How people are reached, on real parts: chat, push and webhooks of one order from signing to deduction."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from lab.rig.product import MiniProgram
from lab.rig.rig import Rig
from lab.rig.waiting import until
from lab.scenarios.steps import pay, teach
from tests.webhooks.receivers import Received, Receiver, listening

COURSE, SCHOOL = "wandou-thinking-20", "wandou"


@dataclass
class Customer:
    """A learner who follows the Official Account, and their order."""

    rig: Rig
    phone: MiniProgram
    order_no: str

    async def say(self, text: str) -> str:
        """Write to the Official Account; returns the passive reply."""
        told = await self.do("say", text=text)
        assert not told["service_unavailable"], told
        return str(told["reply"]["Content"]) if told["reply"] else ""

    async def do(self, what: str, **details: object) -> Any:
        return await self.rig.simulator.call("POST", f"/users/{self.phone.person.user_id}/{what}", details)

    async def inbox(self) -> list[Any]:
        """Return what WeChat delivered to this user and was not an answer to their own words."""
        found = await self.rig.simulator.call("GET", f"/users/{self.phone.person.user_id}/inbox")
        return [message for message in found["messages"] if message["via"] != "passive"]


@pytest.fixture
async def customer(rig: Rig) -> Customer:
    """Have an order in training."""
    apps = {app["kind"]: app for app in (await rig.simulator.credentials())["apps"]}
    server = {"url": f"{rig.address}/wechat/miniprogram", "mode": "secure", "format": "json"}
    await rig.simulator.call("POST", f"/apps/{apps['miniprogram']['appid']}/server", server)
    phone = await rig.learner("小豆家长", follows_oa=True)
    await phone.authorize(SCHOOL)
    order = await phone.place_order(COURSE, "pay_after_course", "小豆")
    await phone.order_becomes(order["no"], "in_training")
    return Customer(rig, phone, order["no"])


async def _deducted(customer: Customer) -> None:
    """Have one lesson taught and confirmed in the chat, the course completed, and the money taken."""
    await teach(customer.rig, SCHOOL, customer.order_no, 1)
    assert "第1节已确认" in await customer.say("确认第1节")
    await customer.rig.school(SCHOOL).call("POST", f"/orders/{customer.order_no}/course-end")
    await pay(customer.rig, customer.phone, customer.order_no)


async def test_the_chat_shows_the_course_and_confirms_a_lesson(customer: Customer) -> None:
    assert "已上 0/20 节，已确认 0 节" in await customer.say("我的课程")
    await teach(customer.rig, SCHOOL, customer.order_no, 1)
    assert "待您确认：第 1 节" in await customer.say("my courses")
    assert "第1节已确认，本节 99.95 元" in await customer.say("确认第1节")
    order = await customer.phone.order(customer.order_no)
    assert order["lessons"][0]["state"] == "confirmed"


async def test_with_a_grant_the_deduction_is_pushed_once(customer: Customer) -> None:
    apps = {app["kind"]: app for app in (await customer.rig.simulator.credentials())["apps"]}
    template = next(x for x in apps["miniprogram"]["templates"] if x["title"] == "扣款成功通知")["template_id"]
    told = await customer.do("subscribe", template_ids=[template], decision="accept")
    assert told["push"]["status"] == 200
    await _deducted(customer)
    pushes = await until(
        customer.inbox, lambda found: [x for x in found if x["via"] == "subscribe"], "the deduction is pushed"
    )
    (push,) = [message["content"] for message in pushes if message["via"] == "subscribe"]
    assert "99.95元" in json.dumps(push, ensure_ascii=False)


async def test_without_a_grant_the_deduction_is_told_in_the_chat(customer: Customer) -> None:
    await _deducted(customer)
    told = await until(
        customer.inbox,
        lambda found: [x for x in found if "已扣除学费 99.95 元" in json.dumps(x, ensure_ascii=False)],
        "told",
    )
    assert not [message for message in told if message["via"] == "subscribe"]


async def test_the_institution_hears_of_everything_in_order_although_its_server_failed_once(customer: Customer) -> None:
    simulator, school = customer.rig.simulator, customer.rig.school(SCHOOL)
    receiver: Receiver

    async def recover(_request: web.Request) -> web.Response:
        return web.Response(status=503 if len(receiver.received) == 1 else 204)

    async def heard() -> list[str]:
        await simulator.advance(seconds=10)
        return [str(json.loads(got.body)["type"]) for got in receiver.received[1:]]

    async with listening(recover) as receiver:
        made = await school.call("POST", "/webhook-endpoints", {"url": receiver.url})
        await _deducted(customer)
        types = await until(heard, lambda found: "order.settled" in found, "everything is heard")
    # what came before may have been on its way when the endpoint was created
    since = types[types.index("lesson.taught") :]
    assert [type_ for type_ in since if type_ != "lesson.cancelled"] == [
        "lesson.taught",
        "lesson.confirmed",
        "course.completed",
        "charge.announced",
        "charge.requested",
        "charge.paid",
        "order.settled",
    ]
    assert all(_is_signed(made["secret"], got) for got in receiver.received)
    failed, again = receiver.received[:2]
    assert (failed.body, failed.headers["webhook-id"]) == (again.body, again.headers["webhook-id"])


def _is_signed(secret: str, got: Received) -> bool:
    """Check with the specification's own library; `verify` would measure our virtual time with a real clock."""
    at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    due = Webhook(secret).sign(got.headers["webhook-id"], at, got.body.decode())
    return due in got.headers["webhook-signature"].split(" ")
