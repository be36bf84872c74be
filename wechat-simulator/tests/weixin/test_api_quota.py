"""Quotas, addresses and unknown paths over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from merchant_client import Control
    from weixin_client import Weixin

QUOTA, CLEAR = "/cgi-bin/openapi/quota/get", "/cgi-bin/clear_quota"
INFO = "/cgi-bin/user/info"


async def test_a_quota_is_counted_and_can_be_cleared(oa: Weixin, control: Control) -> None:
    await control.post("/_sim/switches", {"api_limits": {INFO: [99, 2]}})
    openid = (await control.user())["openids"][oa.appid]
    answers = [await oa.get(INFO, openid=openid) for _ in range(3)]
    assert [a.get("errcode", 0) for a in answers] == [0, 0, 45009]
    quota = (await oa.post(QUOTA, {"cgi_path": INFO}))["quota"]
    assert quota == {"daily_limit": 2, "used": 2, "remain": 0}
    assert (await oa.post(CLEAR, {"appid": oa.appid}))["errcode"] == 0
    assert "errcode" not in await oa.get(INFO, openid=openid)


async def test_the_minute_limit_ends_with_the_minute(oa: Weixin, control: Control) -> None:
    await control.post("/_sim/switches", {"api_limits": {INFO: [1, 99]}})
    openid = (await control.user())["openids"][oa.appid]
    answers = [await oa.get(INFO, openid=openid) for _ in range(2)]
    assert [a.get("errcode", 0) for a in answers] == [0, 45011]
    await control.advance(60)
    assert "errcode" not in await oa.get(INFO, openid=openid)


async def test_resets_are_ten_a_month_in_both_forms(oa: Weixin, control: Control) -> None:
    by_secret = {"appid": oa.appid, "appsecret": oa.app["secret"]}
    for _ in range(5):
        assert (await oa.post(CLEAR, {"appid": oa.appid}))["errcode"] == 0
        assert (await oa.raw("POST", f"{CLEAR}/v2", by_secret))["errcode"] == 0
    assert (await oa.post(CLEAR, {"appid": oa.appid}))["errcode"] == 48006
    assert (await oa.raw("POST", f"{CLEAR}/v2", **by_secret))["errcode"] == 48006
    await control.advance(32 * 86400)
    assert (await oa.raw("POST", f"{CLEAR}/v2", by_secret))["errcode"] == 0


async def test_refused_quota_calls(oa: Weixin, mp: Weixin) -> None:
    assert (await oa.post(QUOTA, {"cgi_path": "cgi-bin/none"}))["errcode"] == 76021
    assert (await oa.post(QUOTA, {"cgi_path": "/sns/jscode2session"}))["errcode"] == 76022
    assert (await oa.post(CLEAR, {"appid": mp.appid}))["errcode"] == 40013
    wrong = {"appid": oa.appid, "appsecret": "x"}
    assert (await oa.raw("POST", f"{CLEAR}/v2", wrong))["errcode"] == 40125
    wrong["appid"] = "wx0"
    assert (await oa.raw("POST", f"{CLEAR}/v2", wrong))["errcode"] == 40013


async def test_addresses_and_unknown_paths(oa: Weixin, mp: Weixin) -> None:
    assert (await oa.get("/cgi-bin/getcallbackip"))["ip_list"] == ["127.0.0.1"]
    assert (await mp.get("/cgi-bin/get_api_domain_ip"))["ip_list"] == ["127.0.0.1"]
    for path in ("/cgi-bin/none", "/wxa/none", "/sns/none"):
        assert (await oa.get(path))["errcode"] == 40066
