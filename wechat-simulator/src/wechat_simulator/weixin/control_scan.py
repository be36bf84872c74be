"""``/_sim/users/{id}/scan`` and ``/_sim/links``: codes in the hands of users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import ControlError
from wechat_simulator.moments import rfc3339_utc
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.weixin.api_links import Link, Links
from wechat_simulator.weixin.control_chat import follow
from wechat_simulator.weixin.pusher import push

if TYPE_CHECKING:
    from wechat_simulator.weixin.envelopes import Value


async def _scan(call: Call) -> Answer:
    """Scan a QR code of the account: followers cause SCAN, others follow and cause subscribe."""
    world, user = call.world, call.world.users.get(call.params["user_id"])
    ticket = str(call.json().get("ticket"))
    link = world.part(Links).links.get(ticket)
    app = world.accounts.app(link.appid) if link and link.kind == "qr" else None
    if link is None or app is None:
        raise ControlError("no such QR code", status=404)
    if link.expires_at is not None and world.now() >= link.expires_at:
        raise ControlError("the QR code has expired", status=410)
    scene = str(link.target["scene"])
    body: dict[str, Value] = {"Event": "SCAN", "EventKey": scene, "Ticket": ticket}
    if not user.follows_oa:
        body |= {"Event": "subscribe", "EventKey": f"qrscene_{scene}"}
        follow(world, user, str(body["EventKey"]))
    return json_answer((await push(world, app, user, "event", body)).view())


async def _links(call: Call) -> Answer:
    """List everything that leads into an app, with what it opens."""
    kept = call.world.part(Links).links.items()
    return json_answer({"links": [_shown(name, link) for name, link in kept]})


def _shown(name: str, link: Link) -> dict[str, Any]:
    until = rfc3339_utc(link.expires_at) if link.expires_at else None
    return {
        "name": name,
        "kind": link.kind,
        "appid": link.appid,
        "target": link.target,
        "expires_at": until,
    }


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("POST", "/_sim/users/{user_id}/scan", _scan, Plane.CONTROL),
        Route("GET", "/_sim/links", _links, Plane.CONTROL),
    )
