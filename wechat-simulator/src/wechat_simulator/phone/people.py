"""Who can hold a phone, and what stands between them and the apps: ``/_sim/users``, ``/chat``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from wechat_simulator.moments import rfc3339_utc
from wechat_simulator.plain import to_plain
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.weixin.chats import Chats
from wechat_simulator.weixin.deliveries import Deliveries

if TYPE_CHECKING:
    from wechat_simulator.users import User
    from wechat_simulator.weixin.deliveries import Delivery
    from wechat_simulator.world import World


async def _users(call: Call) -> Answer:
    return json_answer({"users": [to_plain(user) for user in call.world.users.users.values()]})


async def _apps(call: Call) -> Answer:
    """List the apps as users know them, without what only their developers know."""
    shown = ("kind", "appid", "name", "original_id", "templates")
    apps = [to_plain(app) for app in call.world.accounts.apps]
    return json_answer({"apps": [{name: app[name] for name in shown} for app in apps]})


async def _chat(call: Call) -> Answer:
    """Answer both sides of the user's chats, in the order in which they were written."""
    user = call.world.users.get(call.params["user_id"])
    lines = [*_said(call.world, user), *_received(call.world, user)]
    return json_answer({"messages": sorted(lines, key=lambda line: str(line["at"]))})


def _said(world: World, user: User) -> list[dict[str, Any]]:
    deliveries = world.part(Deliveries).deliveries.values()
    mine = [d for d in deliveries if d.user_id == user.user_id and not d.copy]
    return [_line(delivery) for delivery in mine if delivery.push.event is None]


def _line(delivery: Delivery) -> dict[str, Any]:
    at = rfc3339_utc(datetime.fromtimestamp(delivery.push.at_s, UTC))
    content = {"MsgType": delivery.push.kind, **delivery.push.body}
    return {"at": at, "via": "said", "appid": delivery.appid, "content": content}


def _received(world: World, user: User) -> list[dict[str, Any]]:
    return [message.view() for message in world.part(Chats).inboxes.get(user.user_id, [])]


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("GET", "/_sim/users", _users, Plane.CONTROL),
        Route("GET", "/_sim/apps", _apps, Plane.CONTROL),
        Route("GET", "/_sim/users/{user_id}/chat", _chat, Plane.CONTROL),
    )
