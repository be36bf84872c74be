"""The two token endpoints over HTTP, and what a token opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from weixin_client import Weixin

if TYPE_CHECKING:
    from merchant_client import Control

CHECK = "/wxa/checksession"


async def plain(mp: Weixin, **changes: Any) -> Any:
    query = {"grant_type": "client_credential", "appid": mp.appid, **mp.secret, **changes}
    return await mp.raw("GET", "/cgi-bin/token", **query)


async def test_plain_tokens_differ_and_the_old_one_works_five_minutes(
    mp: Weixin, control: Control
) -> None:
    first, second = await plain(mp), await plain(mp)
    assert first["access_token"] != second["access_token"]
    assert (first["expires_in"], set(first)) == (7200, {"access_token", "expires_in"})
    mp.token = first["access_token"]
    assert (await mp.get(CHECK))["errcode"] == 40003
    await control.advance(300)
    assert (await mp.get(CHECK))["errcode"] == 40001
    mp.token = second["access_token"]
    assert (await mp.get(CHECK))["errcode"] == 40003


async def test_stable_token_repeats_itself_with_what_is_left(mp: Weixin, control: Control) -> None:
    first = mp.token
    await control.advance(6855)
    answer = await mp.renew()
    assert (answer["access_token"], answer["expires_in"]) == (first, 345)
    await control.advance(300)
    answer = await mp.renew()
    assert answer["access_token"] != first
    assert answer["expires_in"] == 7200


async def test_an_expired_token_answers_42001(mp: Weixin, control: Control) -> None:
    await control.advance(7200)
    assert (await mp.get(CHECK))["errcode"] == 42001


async def test_a_forced_refresh_kills_the_old_token(mp: Weixin) -> None:
    fields = {"grant_type": "client_credential", "appid": mp.appid, **mp.secret}
    answer = await mp.raw("POST", "/cgi-bin/stable_token", {**fields, "force_refresh": True})
    assert answer["access_token"] != mp.token
    refused = await mp.get(CHECK)
    assert refused["errcode"] == 40001
    assert " rid: " in refused["errmsg"]


async def test_a_plain_token_does_not_touch_the_stable_one(mp: Weixin, control: Control) -> None:
    for _ in range(3):
        await plain(mp)
    await control.advance(400)
    assert (await mp.get(CHECK))["errcode"] == 40003


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grant_type": "client_credentials"}, 40002),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"appid": "wx0000000000000000"}, 40013),
        ({"secret": "0" * 32}, 40125),
    ],
)
async def test_refusals_of_both_token_endpoints(
    mp: Weixin, changes: dict[str, str], code: int
) -> None:
    assert (await plain(mp, **changes))["errcode"] == code
    fields = {"grant_type": "client_credential", "appid": mp.appid, **mp.secret, **changes}
    assert (await mp.raw("POST", "/cgi-bin/stable_token", fields))["errcode"] == code


async def test_stable_token_needs_a_json_post(mp: Weixin) -> None:
    assert (await mp.raw("GET", "/cgi-bin/stable_token"))["errcode"] == 43002
    assert (await mp.raw("POST", "/cgi-bin/stable_token"))["errcode"] == 44002
    assert (await mp.raw("POST", "/cgi-bin/stable_token", []))["errcode"] == 47001


async def test_an_address_outside_the_whitelist(mp: Weixin, control: Control) -> None:
    await control.post("/_sim/switches", {"caller_ip_allowed": False})
    answer = await plain(mp)
    assert answer["errcode"] == 40164
    assert "127.0.0.1" in answer["errmsg"]


async def test_the_daily_limit_of_the_plain_endpoint(mp: Weixin, control: Control) -> None:
    await control.post("/_sim/switches", {"api_limits": {"/cgi-bin/token": [9, 2]}})
    codes = [(await plain(mp)).get("errcode") for _ in range(3)]
    assert codes == [None, None, 45009]


async def test_missing_garbage_and_foreign_tokens(mp: Weixin, control: Control) -> None:
    oa = await Weixin.of(control, "official_account")
    assert (await mp.raw("GET", CHECK))["errcode"] == 41001
    mp.token = "garbage"
    assert (await mp.get(CHECK))["errcode"] == 40014
    mp.token = oa.token
    assert (await mp.get(CHECK))["errcode"] == 40001
