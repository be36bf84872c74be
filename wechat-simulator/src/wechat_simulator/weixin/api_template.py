"""Template messages of the Official Account.

Source: /doc/service/api/notify/template/api_sendtemplatemessage. That category templates follow the
typed rules of subscribe messages is the common report, not a page: switch `template_values`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wechat_simulator.surface import Answer, Route
from wechat_simulator.weixin.caller import ApiCall, ok, posting, refusal
from wechat_simulator.weixin.chats import show
from wechat_simulator.weixin.pusher import push_later
from wechat_simulator.weixin.subscriptions import Subscriptions, check_data, template_of

if TYPE_CHECKING:
    from wechat_simulator.users import User
    from wechat_simulator.weixin.envelopes import Value

_FIRST_MSG_ID = 4_000_000_000_000_000_000
_SHOWN = ("data", "url", "miniprogram")


async def _send(call: ApiCall) -> Answer:
    user, template = call.receiver(call.body.get("touser")), template_of(call)
    if not user.follows_oa:
        raise refusal(43004)
    if call.world.switches.text("template_values") == "typed":
        check_data(call, template)
    elif not isinstance(call.body.get("data"), Mapping):
        raise refusal(47001)
    sent, key = call.world.part(Subscriptions).sent, _client_key(call, user)
    if key is not None and key in sent:
        return ok(msgid=sent[key])
    msg_id = _FIRST_MSG_ID + call.world.ids.number("template_msgid")
    if key is not None:
        sent[key] = msg_id
    content = {name: call.body[name] for name in _SHOWN if name in call.body}
    content |= {"template_id": template.template_id, "title": template.title}
    _deliver(call, user, msg_id, content)
    return ok(msgid=msg_id)


def _client_key(call: ApiCall, user: User) -> str | None:
    """Name a message the caller named itself: the same name is sent once."""
    given = call.body.get("client_msg_id")
    return f"{call.app.appid} {user.user_id} {given}" if given else None


def _deliver(call: ApiCall, user: User, msg_id: int, content: dict[str, object]) -> None:
    """Show the message unless the job is to fail, and report on the job a little later."""
    status = call.world.switches.text("template_job_status")
    if status == "success":
        show(call.world, user.user_id, "template", call.app.appid, content)
    body: dict[str, Value] = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": msg_id, "Status": status}
    push_later(call.world, call.app, user, body, call.world.switches.number("sent_event_delay_s"))


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return posting("/cgi-bin/message/template/send", _send, "official_account")
