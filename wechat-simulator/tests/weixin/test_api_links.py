"""Codes, schemes, links and QR tickets over HTTP, and scanning them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wechat_simulator.weixin.pictures import SIGNATURE

if TYPE_CHECKING:
    from developer import Developer
    from merchant_client import Control
    from weixin_client import Weixin

CODE = "/wxa/getwxacodeunlimit"
SCHEME, URL_LINK = "/wxa/generatescheme", "/wxa/generate_urllink"
QR = "/cgi-bin/qrcode/create"


def qr(action: str, value: Any, **more: Any) -> dict[str, Any]:
    name = "scene_str" if "STR" in action else "scene_id"
    return {"action_name": action, "action_info": {"scene": {name: value}}, **more}


async def scan(control: Control, user: Any, ticket: str) -> tuple[int, Any]:
    path = f"/_sim/users/{user['user_id']}/scan"
    return await control.call("POST", path, {"ticket": ticket})


async def test_a_code_is_an_image_and_a_fault_is_json(mp: Weixin, control: Control) -> None:
    url, query = control.url + CODE, {"access_token": mp.token}
    good = {"scene": "bind=abc", "page": "pages/index", "width": 280}
    async with control.http.post(url, json=good, params=query) as answer:
        assert answer.content_type == "image/png"
        assert (await answer.read()).startswith(SIGNATURE)
    assert (await mp.post(CODE, {"scene": "课"}))["errcode"] == 40129
    await control.post("/_sim/switches", {"released_pages": ["pages/home"]})
    assert (await mp.post(CODE, good))["errcode"] == 41030
    kept = (await control.get("/_sim/links"))["links"]
    assert kept[0]["target"] == {"scene": "bind=abc", "page": "pages/index"}


async def test_schemes_and_links(mp: Weixin, control: Control) -> None:
    target = {"path": "/pages/index", "query": "no=1", "env_version": "release"}
    wish = {"jump_wxa": target, "is_expire": True, "expire_type": 1, "expire_interval": 7}
    scheme = await mp.post(SCHEME, wish)
    assert scheme["openlink"].startswith("weixin://dl/business/?t=")
    link = await mp.post(URL_LINK, {**target, "expire_type": 1, "expire_interval": 7})
    assert link["url_link"].startswith("https://wxaurl.cn/")
    assert (await mp.post(SCHEME, {}))["errcode"] == 0
    kept = (await control.get("/_sim/links"))["links"]
    assert [one["kind"] for one in kept] == ["scheme", "url_link", "scheme"]
    assert kept[0]["target"] == kept[1]["target"] == target


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"query": "x" * 1025}, 40212),
        ({"path": "pages/index?a=1"}, 40165),
        ({"env_version": "formal"}, 85402),
    ],
)
async def test_refused_targets(mp: Weixin, changes: dict[str, str], errcode: int) -> None:
    assert (await mp.post(SCHEME, {"jump_wxa": changes}))["errcode"] == errcode
    assert (await mp.post(URL_LINK, changes))["errcode"] == errcode


async def test_refused_expiries_and_pages(mp: Weixin, control: Control) -> None:
    assert (await mp.post(SCHEME, {"is_expire": True}))["errcode"] == 85401
    late = {"expire_type": 1, "expire_interval": 31}
    assert (await mp.post(URL_LINK, late))["errcode"] == 85401
    assert (await mp.post(SCHEME, {"jump_wxa": "pages/index"}))["errcode"] == 40165
    await control.post("/_sim/switches", {"released_pages": ["pages/home"]})
    assert (await mp.post(URL_LINK, {"path": "/pages/none"}))["errcode"] == 40165
    assert (await mp.post(URL_LINK, {"path": "/pages/home"}))["errcode"] == 0


async def test_a_qr_code_leads_to_scan_or_subscribe(
    oa: Weixin, oa_server: Developer, control: Control
) -> None:
    await oa_server.configure()
    made = await oa.post(QR, qr("QR_STR_SCENE", "bind-7f3a", expire_seconds=600))
    assert made["expire_seconds"] == 600
    follower, stranger = await control.user(), await control.user(follows_oa=False)
    assert (await scan(control, follower, made["ticket"]))[0] == 200
    assert (await scan(control, stranger, made["ticket"]))[0] == 200
    first, second = oa_server.messages
    assert (first["Event"], first["EventKey"]) == ("SCAN", "bind-7f3a")
    assert (second["Event"], second["EventKey"]) == ("subscribe", "qrscene_bind-7f3a")
    assert first["Ticket"] == second["Ticket"] == made["ticket"]
    info = await oa.get("/cgi-bin/user/info", openid=stranger["openids"][oa.appid])
    assert (info["subscribe"], info["qr_scene_str"]) == (1, "bind-7f3a")
    await control.advance(600)
    assert (await scan(control, follower, made["ticket"]))[0] == 410
    assert (await scan(control, follower, "nonsense"))[0] == 404


async def test_permanent_codes_do_not_expire(oa: Weixin, control: Control) -> None:
    made = await oa.post(QR, qr("QR_LIMIT_SCENE", 100_000))
    assert "expire_seconds" not in made
    await control.advance(40 * 86400)
    assert (await scan(control, await control.user(), made["ticket"]))[0] == 200
    async with control.http.get(
        control.url + "/cgi-bin/showqrcode", params={"ticket": made["ticket"]}
    ) as answer:
        assert (await answer.read()).startswith(SIGNATURE)
    async with control.http.get(control.url + "/cgi-bin/showqrcode?ticket=x") as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        qr("QR_CARD", 1),
        qr("QR_LIMIT_SCENE", 100_001),
        qr("QR_SCENE", "5"),
        qr("QR_STR_SCENE", ""),
        qr("QR_SCENE", 5, expire_seconds=2_592_001),
        qr("QR_SCENE", 5, expire_seconds="60"),
        {"action_name": "QR_SCENE", "action_info": 5},
    ],
)
async def test_refused_qr_codes(oa: Weixin, body: dict[str, Any]) -> None:
    assert (await oa.post(QR, body))["errcode"] == 40053
