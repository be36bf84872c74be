"""``/_sim/users/{id}/say``, ``/event`` and ``/inbox``: a user in the chat with an app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import ControlError
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.weixin.allowance import Allowance
from wechat_simulator.weixin.chats import Chats
from wechat_simulator.weixin.control_people import app_in
from wechat_simulator.weixin.pusher import push
from wechat_simulator.weixin.pushes import UnknownPushError, event_body, message_body
from wechat_simulator.weixin.traits import Traits

if TYPE_CHECKING:
    from wechat_simulator.accounts import App
    from wechat_simulator.users import User
    from wechat_simulator.weixin.envelopes import Value
    from wechat_simulator.world import World

_FIRST_MSG_ID = 24_000_000_000_000_000
_SCENE_PREFIX = "qrscene_"


async def _say(call: Call) -> Answer:
    """Send a text, or with MsgType any other message, to the app's server."""
    user = call.world.users.get(call.params["user_id"])
    wish = call.json()
    app = app_in(call, wish, call.world.accounts.official_account)
    _must_follow(app, user)
    kind = str(wish.pop("MsgType", "text"))
    wish.pop("appid", None)
    if "text" in wish:
        wish["Content"] = str(wish.pop("text"))
    if kind == "text" and not wish.get("Content"):
        raise ControlError("text is empty")
    try:
        body = message_body(kind, wish, _msg_id(call.world, user))
    except UnknownPushError as error:
        raise ControlError(str(error)) from error
    return json_answer((await push(call.world, app, user, kind, body)).view())


async def _event(call: Call) -> Answer:
    """Let an event happen to the user, with what it changes in the world, and push it."""
    user = call.world.users.get(call.params["user_id"])
    wish = call.json()
    app = app_in(call, wish, call.world.accounts.official_account)
    wish.pop("appid", None)
    try:
        body = event_body(wish)
    except UnknownPushError as error:
        raise ControlError(str(error)) from error
    if body["Event"] != "subscribe":
        _must_follow(app, user)
    _apply(call.world, app, user, body)
    return json_answer((await push(call.world, app, user, "event", body)).view())


def _must_follow(app: App, user: User) -> None:
    if app.kind == "official_account" and not user.follows_oa:
        raise ControlError("the user does not follow the account", status=409)


def _msg_id(world: World, user: User) -> int:
    """Return the next MsgId; by switch each user has the same row of them, so ids repeat."""
    repeats = world.switches.flag("msg_id_repeats_between_users")
    row = f"msgid {user.user_id}" if repeats else "msgid"
    return _FIRST_MSG_ID + world.ids.number(row)


def _apply(world: World, app: App, user: User, body: dict[str, Value]) -> None:
    if app.kind == "official_account" and body["Event"] == "subscribe":
        follow(world, user, str(body.get("EventKey", "")))
    if app.kind == "official_account" and body["Event"] == "unsubscribe":
        user.follows_oa = False
        world.part(Chats).of(app.appid, user.openids[app.appid]).allowance = Allowance()


def follow(world: World, user: User, event_key: str) -> None:
    """Let the user follow the account, through a QR code when the key says `qrscene_…`."""
    user.follows_oa = True
    trait = world.part(Traits).of(user.user_id)
    trait.followed_at = world.now()
    scene = event_key.removeprefix(_SCENE_PREFIX) if event_key.startswith(_SCENE_PREFIX) else ""
    trait.follow_scene = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
    trait.qr_scene = int(scene) if scene.isdecimal() else 0
    trait.qr_scene_str = "" if scene.isdecimal() else scene


async def _inbox(call: Call) -> Answer:
    user = call.world.users.get(call.params["user_id"])
    inbox: list[Any] = [m.view() for m in call.world.part(Chats).inboxes.get(user.user_id, [])]
    return json_answer({"messages": inbox})


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("POST", "/_sim/users/{user_id}/say", _say, Plane.CONTROL),
        Route("POST", "/_sim/users/{user_id}/event", _event, Plane.CONTROL),
        Route("GET", "/_sim/users/{user_id}/inbox", _inbox, Plane.CONTROL),
    )
