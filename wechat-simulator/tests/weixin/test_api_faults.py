"""Every kind of misbehaviour on api.weixin.qq.com, aimed at one endpoint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from people import fault, inbox, say

if TYPE_CHECKING:
    from merchant_client import Control
    from weixin_client import Weixin

LOGIN, SEND = "GET /sns/jscode2session", "POST /cgi-bin/message/custom/send"


async def login_code(mp: Weixin, control: Control) -> str:
    user = await control.user()
    path = f"/_sim/users/{user['user_id']}/login"
    return str((await control.post(path, {"appid": mp.appid}))["code"])


async def exchange(mp: Weixin, control: Control, code: str) -> tuple[int, bytes]:
    query = {"appid": mp.appid, **mp.secret, "js_code": code, "grant_type": "authorization_code"}
    async with control.http.get(control.url + "/sns/jscode2session", params=query) as answer:
        return answer.status, await answer.read()


@pytest.mark.parametrize(("kind", "status"), [("500", 500), ("429", 429), ("502_html", 502)])
async def test_failures_before_anything_happened(
    mp: Weixin, control: Control, kind: str, status: int
) -> None:
    code = await login_code(mp, control)
    await fault(control, kind, LOGIN)
    assert (await exchange(mp, control, code))[0] == status
    status_after, body = await exchange(mp, control, code)
    assert status_after == 200
    assert "openid" in json.loads(body)


async def test_a_system_error_in_wechats_own_words(mp: Weixin, control: Control) -> None:
    code = await login_code(mp, control)
    await fault(control, "error", LOGIN, errcode=-1, errmsg="system error")
    assert (await mp.login(code))["errcode"] == -1
    assert "openid" in await mp.login(code)


@pytest.mark.parametrize("kind", ["hang", "cut"])
async def test_a_broken_connection_leaves_the_code_good(
    mp: Weixin, control: Control, kind: str
) -> None:
    code = await login_code(mp, control)
    await fault(control, kind, LOGIN, hold_s=0.05, times=2)  # aiohttp repeats a broken GET once
    with pytest.raises(aiohttp.ClientError):
        await exchange(mp, control, code)
    assert "openid" in await mp.login(code)


async def test_a_time_out_after_the_effect_spends_the_code(mp: Weixin, control: Control) -> None:
    """The client repeats a broken GET by itself, and finds the code used by its own first try."""
    code = await login_code(mp, control)
    await fault(control, "timeout_after_effect", LOGIN, hold_s=0.05)
    assert (await mp.login(code))["errcode"] == 40163
    tries = await control.get(f"/_sim/requests?path={code}")
    assert [entry["status"] for entry in tries["requests"]] == [None, 200]


async def test_a_message_may_arrive_although_its_answer_does_not(
    oa: Weixin, control: Control
) -> None:
    user = await control.user()
    await say(control, user)
    await fault(control, "timeout_after_effect", SEND, hold_s=0.05)
    body: dict[str, Any] = {"touser": user["openids"][oa.appid], "msgtype": "text"}
    with pytest.raises(aiohttp.ClientError):
        await oa.post("/cgi-bin/message/custom/send", {**body, "text": {"content": "在"}})
    assert len(await inbox(control, user)) == 1


async def test_distorted_answers(mp: Weixin, control: Control) -> None:
    await fault(control, "string_numbers", "POST /cgi-bin/stable_token")
    await fault(control, "unknown_keys", "POST /cgi-bin/stable_token")
    answers = [await mp.renew() for _ in range(2)]
    assert answers[0]["expires_in"] == "7200"
    assert "sim_unknown_key" in answers[1]


async def test_a_wildcard_meets_every_endpoint_below_it(oa: Weixin, control: Control) -> None:
    await fault(control, "error", "GET /cgi-bin/*", errcode=-1, errmsg="system error", times=2)
    assert (await oa.get("/cgi-bin/getcallbackip"))["errcode"] == -1
    assert (await oa.get("/cgi-bin/user/get"))["errcode"] == -1
    assert "ip_list" in await oa.get("/cgi-bin/getcallbackip")
