"""Codes, schemes and links that lead into the Mini Program, and the account's QR codes.

Sources: …/qr-code/getUnlimitedQRCode, …/url-scheme/generateScheme, …/url-link/generateUrlLink, and
for the account 生成带参数的二维码 (qrcode/create). A code of the Mini Program is a picture nobody
can scan; what it stands for is kept and shown by ``GET /_sim/links``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from wechat_simulator.parts import Part
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.weixin import links, scenes
from wechat_simulator.weixin.caller import ApiCall, ok, posting, refusal
from wechat_simulator.weixin.pictures import picture

if TYPE_CHECKING:
    from wechat_simulator.world import World

LONGEST_TEMPORARY_S, SHORTEST_S = 2_592_000, 60
QR_WIDTH, CODE_WIDTH = 430, 430
_SCENE_CHECKS = {
    "QR_SCENE": ("scene_id", scenes.is_temporary_scene_id),
    "QR_STR_SCENE": ("scene_str", scenes.is_scene_str),
    "QR_LIMIT_SCENE": ("scene_id", scenes.is_permanent_scene_id),
    "QR_LIMIT_STR_SCENE": ("scene_str", scenes.is_scene_str),
}


@dataclass
class Link:
    """One code, scheme or link; `target` is what it opens, `expires_at` None means never."""

    kind: str
    appid: str
    target: dict[str, Any]
    expires_at: datetime | None = None


@dataclass
class Links(Part):
    """All links by the text that names them: a scheme, a URL, a QR ticket, a number."""

    name: ClassVar[str] = "weixin_links"
    links: dict[str, Link] = field(default_factory=dict)


def _keep(world: World, name: str, link: Link) -> None:
    world.part(Links).links[name] = link


async def _code(call: ApiCall) -> Answer:
    """Answer image bytes on success, JSON on failure."""
    errcode = links.code_fault(call.body, call.world.switches.values["released_pages"])
    if errcode is not None:
        raise refusal(errcode)
    target = _picked(call.body, "scene", "page", "env_version")
    _keep(
        call.world, f"code-{call.world.ids.number('wxacode')}", Link("code", call.app.appid, target)
    )
    image = picture(f"{call.app.appid} {target}", call.body.get("width", CODE_WIDTH))
    return Answer(body=image, content_type="image/png")


async def _scheme(call: ApiCall) -> Answer:
    target = call.body.get("jump_wxa") or {}
    expires_at = _judged(call, target)
    name = "weixin://dl/business/?t=" + call.world.ids.alnum("scheme", 16)
    _keep(call.world, name, Link("scheme", call.app.appid, target, expires_at))
    return ok(openlink=name)


async def _url_link(call: ApiCall) -> Answer:
    expires_at = _judged(call, call.body)
    name = "https://wxaurl.cn/" + call.world.ids.alnum("url_link", 11)
    target = _picked(call.body, "path", "query", "env_version")
    _keep(call.world, name, Link("url_link", call.app.appid, target, expires_at))
    return ok(url_link=name)


def _picked(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: body[name] for name in names if name in body}


def _judged(call: ApiCall, target: Any) -> datetime:
    """Check where a link leads and how long it lives; without a wish it lives thirty days."""
    if not isinstance(target, dict):
        raise refusal(40165)
    errcode, now = links.target_fault(target), call.world.now()
    pages = call.world.switches.values["released_pages"]
    if errcode is None and pages and target.get("path", "").lstrip("/") not in {*pages, ""}:
        errcode = links.BAD_PATH
    now_s = int(now.timestamp())
    wants = any(name in call.body for name in ("expire_type", "expire_time", "expire_interval"))
    if errcode is None and (wants or call.body.get("is_expire")):
        errcode = links.expiry_fault(call.body, now_s)
    if errcode is not None:
        raise refusal(errcode)
    life_s = links.expires_at_s(call.body, now_s) - now_s if wants else links.MAX_DAYS * 86400
    return now + timedelta(seconds=life_s)


async def _qr(call: ApiCall) -> Answer:
    scene, life_s = _scene(call.body), _life_s(call.body)
    ticket = "gQ" + call.world.ids.alnum("ticket", 94)
    answer = {"ticket": ticket, "url": "http://weixin.qq.com/q/" + call.world.ids.alnum("qr", 22)}
    if life_s is None:
        _keep(call.world, ticket, Link("qr", call.app.appid, {"scene": scene}))
        return json_answer(answer)
    expires_at = call.world.now() + timedelta(seconds=life_s)
    _keep(call.world, ticket, Link("qr", call.app.appid, {"scene": scene}, expires_at))
    return json_answer({**answer, "expire_seconds": life_s})


def _scene(body: dict[str, Any]) -> str:
    """Return the scene as text, as events carry it; 40053 when the kind of code cannot have it."""
    name, check = _SCENE_CHECKS.get(str(body.get("action_name")), ("", lambda _: False))
    info = body.get("action_info")
    holder = info.get("scene") if isinstance(info, dict) else None
    value = holder.get(name) if isinstance(holder, dict) else None
    if not check(value):
        raise refusal(40053)
    return str(value)


def _life_s(body: dict[str, Any]) -> int | None:
    """Return the seconds a code lives, None for a permanent one."""
    if str(body["action_name"]).startswith("QR_LIMIT"):
        return None
    wanted = body.get("expire_seconds", SHORTEST_S)
    if type(wanted) is not int or not 1 <= wanted <= LONGEST_TEMPORARY_S:
        raise refusal(40053)
    return wanted


async def _show_qr(call: Call) -> Answer:
    """Answer the picture of a ticket, as mp.weixin.qq.com does; an unknown one is 404."""
    ticket = call.query.get("ticket", "")
    if ticket not in call.world.part(Links).links:
        return Answer(404, b"", "text/plain")
    return Answer(body=picture(ticket, QR_WIDTH), content_type="image/png")


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        *posting("/wxa/getwxacodeunlimit", _code, "miniprogram"),
        *posting("/wxa/generatescheme", _scheme, "miniprogram"),
        *posting("/wxa/generate_urllink", _url_link, "miniprogram"),
        *posting("/cgi-bin/qrcode/create", _qr, "official_account"),
        Route("GET", "/cgi-bin/showqrcode", _show_qr, Plane.API),
    )
