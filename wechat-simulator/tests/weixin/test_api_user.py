"""Followers over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from people import event

if TYPE_CHECKING:
    from merchant_client import Control
    from weixin_client import Weixin

INFO = "/cgi-bin/user/info"


async def test_a_follower_is_shown_with_unionid(oa: Weixin, control: Control) -> None:
    user = await control.user()
    answer = await oa.get(INFO, openid=user["openids"][oa.appid], lang="zh_CN")
    assert (answer["subscribe"], answer["unionid"]) == (1, user["unionid"])
    assert answer["subscribe_scene"] == "ADD_SCENE_SEARCH"
    assert "errcode" not in answer
    assert "nickname" not in answer


async def test_who_came_through_a_code_carries_its_scene(oa: Weixin, control: Control) -> None:
    user = await control.user(follows_oa=False)
    await event(control, user, "subscribe", EventKey="qrscene_77")
    answer = await oa.get(INFO, openid=user["openids"][oa.appid])
    assert (answer["subscribe_scene"], answer["qr_scene"]) == ("ADD_SCENE_QR_CODE", 77)


async def test_of_a_stranger_only_the_openid_is_shown(oa: Weixin, control: Control) -> None:
    user = await control.user(follows_oa=False)
    openid = user["openids"][oa.appid]
    assert await oa.get(INFO, openid=openid) == {"subscribe": 0, "openid": openid}
    await control.post("/_sim/switches", {"unionid_of_unfollowed": True})
    assert (await oa.get(INFO, openid=openid))["unionid"] == user["unionid"]


async def test_unknown_openids_and_foreign_tokens(oa: Weixin, mp: Weixin, control: Control) -> None:
    user = await control.user()
    assert (await oa.get(INFO, openid=user["openids"][mp.appid]))["errcode"] == 40003
    assert (await oa.get(INFO))["errcode"] == 40003
    assert (await oa.get(INFO, openid=user["openids"][oa.appid], lang="xx"))["errcode"] == 40035
    assert (await mp.get(INFO, openid=user["openids"][mp.appid]))["errcode"] == 40001


async def test_lists_of_followers(oa: Weixin, control: Control) -> None:
    users = [await control.user() for _ in range(3)]
    openids = [user["openids"][oa.appid] for user in users]
    first = await oa.get("/cgi-bin/user/get")
    assert (first["total"], first["data"]["openid"]) == (3, openids)
    rest = await oa.get("/cgi-bin/user/get", next_openid=openids[1])
    assert (rest["count"], rest["next_openid"]) == (1, openids[2])
    assert "data" not in await oa.get("/cgi-bin/user/get", next_openid=openids[2])
    batch = {"user_list": [{"openid": openid, "lang": "zh_CN"} for openid in openids]}
    answer = await oa.post("/cgi-bin/user/info/batchget", batch)
    assert [entry["openid"] for entry in answer["user_info_list"]] == openids
    assert (await oa.post("/cgi-bin/user/info/batchget", {}))["errcode"] == 40035
