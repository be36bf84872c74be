"""Customer-service messages and typing over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from people import event, inbox, say
from wechat_simulator import money

if TYPE_CHECKING:
    from merchant_client import Control
    from wechat_simulator.server import Simulator
    from weixin_client import Weixin

SEND, TYPING = "/cgi-bin/message/custom/send", "/cgi-bin/message/custom/typing"


async def send(app: Weixin, user: Any, content: str = "你好") -> int:
    openid = user["openids"][app.appid]
    body = {"touser": openid, "msgtype": "text", "text": {"content": content}}
    return int((await app.post(SEND, body))["errcode"])


async def type_to(app: Weixin, user: Any, command: str = "Typing", path: str = TYPING) -> int:
    body = {"touser": user["openids"][app.appid], "command": command}
    return int((await app.post(path, body))["errcode"])


async def test_five_messages_follow_a_users_message(oa: Weixin, control: Control) -> None:
    user = await control.user()
    assert await send(oa, user) == 45015
    await say(control, user)
    assert [await send(oa, user, f"{n}") for n in range(6)] == [0] * 5 + [45047]
    shown = await inbox(control, user)
    assert [m["content"]["text"]["content"] for m in shown] == list("01234")
    assert {m["via"] for m in shown} == {"custom"}
    await say(control, user)
    assert await send(oa, user) == 0


async def test_the_window_closes_after_48_hours(oa: Weixin, control: Control) -> None:
    user = await control.user()
    await say(control, user)
    await control.advance(48 * 3600 - 1)
    await oa.renew()
    assert await send(oa, user) == 0
    await control.advance(1)
    assert await send(oa, user) == 45015


@pytest.mark.parametrize(
    ("name", "more"),
    [("subscribe", {}), ("SCAN", {"EventKey": "5"}), ("CLICK", {"EventKey": "k"})],
)
async def test_a_click_a_scan_and_following_allow_three_in_a_minute(
    oa: Weixin, control: Control, name: str, more: dict[str, str]
) -> None:
    user = await control.user(follows_oa=name != "subscribe")
    await event(control, user, name, **more)
    assert [await send(oa, user) for _ in range(4)] == [0, 0, 0, 45047]
    await event(control, user, name, **more)
    await control.advance(60)
    assert await send(oa, user) == 45015


async def test_entering_the_desk_of_a_mini_program_allows_two(mp: Weixin, control: Control) -> None:
    user = await control.user()
    await event(control, user, "user_enter_tempsession", appid=mp.appid, SessionFrom="course")
    assert [await send(mp, user) for _ in range(3)] == [0, 0, 45047]


async def test_a_payment_at_the_account_opens_48_hours(
    oa: Weixin, control: Control, sim: Simulator
) -> None:
    user = await control.user()
    record = {"mchid": "1900000001", "openid": user["openids"][oa.appid], "amount_fen": 1}
    world = sim.worlds.named("default")
    money.move(world, "payment", user["user_id"], appid=oa.appid, transaction_id="42", **record)
    assert [await send(oa, user) for _ in range(8)] == [0] * 8
    await control.advance(48 * 3600)
    await oa.renew()
    assert await send(oa, user) == 45015
    assert await send(oa, await control.user()) == 45015


async def test_a_view_opens_nothing(oa: Weixin, control: Control) -> None:
    user = await control.user()
    await event(control, user, "VIEW", EventKey="https://example.com/")
    assert await send(oa, user) == 45015


async def test_the_numbers_are_switches(oa: Weixin, control: Control) -> None:
    windows = {"official_account": {"message": [1, 60]}, "miniprogram": {}}
    switches = {"customer_service_windows": windows, "allowance_used_up_errcode": 45015}
    await control.post("/_sim/switches", switches)
    user = await control.user()
    await say(control, user)
    assert [await send(oa, user) for _ in range(2)] == [0, 45015]


async def test_refused_messages_cost_nothing(oa: Weixin, mp: Weixin, control: Control) -> None:
    user = await control.user()
    await say(control, user)
    assert await send(oa, user, "") == 44004
    assert await send(oa, user, "字" * 683) == 45002
    foreign = {"openids": {oa.appid: user["openids"][mp.appid]}}
    assert await send(oa, foreign) == 40003
    assert (await oa.post(SEND, {"touser": user["openids"][oa.appid]}))["errcode"] == 40008
    assert (await oa.raw("POST", SEND, access_token=oa.token))["errcode"] == 44002
    assert (await oa.get(SEND))["errcode"] == 43002
    assert [await send(oa, user) for _ in range(6)] == [0] * 5 + [45047]


async def test_who_left_cannot_be_written_to(oa: Weixin, control: Control) -> None:
    user = await control.user()
    await say(control, user)
    await event(control, user, "unsubscribe")
    assert await send(oa, user) == 43004
    await event(control, user, "subscribe")
    assert [await send(oa, user) for _ in range(4)] == [0, 0, 0, 45047]


async def test_typing_needs_a_fresh_exchange(oa: Weixin, control: Control) -> None:
    user = await control.user()
    assert await type_to(oa, user) == 45080
    await say(control, user)
    assert [await type_to(oa, user) for _ in range(2)] == [0, 45081]
    assert await type_to(oa, user, "CancelTyping") == 0
    assert await type_to(oa, user) == 0
    await send(oa, user)
    assert await type_to(oa, user) == 0
    await control.advance(15)
    assert await type_to(oa, user) == 0
    await control.advance(31)
    assert await type_to(oa, user) == 45080
    assert await type_to(oa, user, "Dance") == 45072


async def test_typing_of_a_mini_program(mp: Weixin, control: Control) -> None:
    user = await control.user()
    await say(control, user, appid=mp.appid)
    path = "/cgi-bin/message/custom/business/typing"
    assert await type_to(mp, user, path=path) == 0


async def test_the_endpoint_takes_every_fault(oa: Weixin, control: Control) -> None:
    user = await control.user()
    await say(control, user)
    target = f"POST {SEND}"
    order = {"target": target, "kind": "error", "errcode": -1, "errmsg": "system error"}
    await control.post("/_sim/faults", order)
    assert await send(oa, user) == -1
    await control.post("/_sim/faults", {"target": target, "kind": "502_html"})
    async with control.http.post(control.url + SEND, params={"access_token": oa.token}) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
    assert await send(oa, user) == 0
