"""``/_sim/users/{id}/subscribe``: the pop-up of wx.requestSubscribeMessage and the settings page.

Sources: …/subscribe-message/wx.requestSubscribeMessage, …/open-ability/subscribe-message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.errors import ControlError
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.weixin.control_people import app_in
from wechat_simulator.weixin.pusher import push
from wechat_simulator.weixin.pushes import CHANGE, POPUP
from wechat_simulator.weixin.subscriptions import Subscriptions, is_long_term

if TYPE_CHECKING:
    from wechat_simulator.accounts import App
    from wechat_simulator.users import User

NO_TEMPLATE, MIXED_TYPES, TOO_MANY = 20001, 20002, 20003
_WORDS = {"accept": "accept", "reject": "reject", "refuse": "reject"}
_MINI_PROGRAM_SCENE, _H5_SCENE = "0", "1"


async def _subscribe(call: Call) -> Answer:
    """Answer like the client call: a result per template; WeChat then tells the server."""
    user = call.world.users.get(call.params["user_id"])
    wish = call.json()
    app = app_in(call, wish, call.world.accounts.miniprogram)
    template_ids = _template_ids(call, app, wish.get("template_ids"))
    word = _WORDS.get(str(wish.get("decision", "accept")))
    if word is None:
        raise ControlError("decision must be accept or reject")
    if word == "accept":
        _accept(call, app, user, template_ids)
    scene = _MINI_PROGRAM_SCENE if app.kind == "miniprogram" else _H5_SCENE
    entries = [_entry(template_id, word, PopupScene=scene) for template_id in template_ids]
    outcome = await push(call.world, app, user, "event", {"Event": POPUP, "List": entries})
    return json_answer({"results": dict.fromkeys(template_ids, word), "push": outcome.view()})


async def _unsubscribe(call: Call) -> Answer:
    """Switch templates off in the settings page: unused accepts are void, the server is told."""
    user = call.world.users.get(call.params["user_id"])
    wish = call.json()
    app = app_in(call, wish, call.world.accounts.miniprogram)
    template_ids = _template_ids(call, app, wish.get("template_ids"))
    for template_id in template_ids:
        call.world.part(Subscriptions).of(user.openids[app.appid], template_id).withdraw()
    entries = [_entry(template_id, "reject") for template_id in template_ids]
    outcome = await push(call.world, app, user, "event", {"Event": CHANGE, "List": entries})
    return json_answer({"push": outcome.view()})


def _template_ids(call: Call, app: App, given: Any) -> list[str]:
    known = {template.template_id for template in app.templates}
    if not isinstance(given, list) or not given or any(item not in known for item in given):
        raise ControlError("no such template", errcode=NO_TEMPLATE)
    wanted = list(dict.fromkeys(given))
    if len(wanted) > call.world.switches.number("subscribe_popup_max_templates"):
        raise ControlError("too many templates in one call", errcode=TOO_MANY)
    if len({is_long_term(call.world, item) for item in wanted}) > 1:
        raise ControlError("one-time and long-term templates are mixed", errcode=MIXED_TYPES)
    return wanted


def _accept(call: Call, app: App, user: User, template_ids: list[str]) -> None:
    for template_id in template_ids:
        grant = call.world.part(Subscriptions).of(user.openids[app.appid], template_id)
        grant.accept(long_term=is_long_term(call.world, template_id))


def _entry(template_id: str, word: str, **more: Any) -> dict[str, Any]:
    return {"TemplateId": template_id, "SubscribeStatusString": word, **more}


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("POST", "/_sim/users/{user_id}/subscribe", _subscribe, Plane.CONTROL),
        Route("POST", "/_sim/users/{user_id}/unsubscribe", _unsubscribe, Plane.CONTROL),
    )
