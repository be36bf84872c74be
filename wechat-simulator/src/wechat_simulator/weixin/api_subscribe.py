"""Subscribe messages of the Mini Program, and subscribe notifications of the Official Account.

Sources: …/subscribe-message/api_sendmessage and /doc/service/guide/product/subscription_messages.
The order in which WeChat makes its checks is not published: here form comes before permission.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from wechat_simulator.surface import Answer, Route
from wechat_simulator.weixin.caller import ApiCall, ok, posting, refusal
from wechat_simulator.weixin.chats import show
from wechat_simulator.weixin.pusher import push_later
from wechat_simulator.weixin.pushes import SENT
from wechat_simulator.weixin.subscriptions import Busy, Subscriptions, check_data, template_of

if TYPE_CHECKING:
    from wechat_simulator.accounts import Template
    from wechat_simulator.users import User

STATES = {"developer", "trial", "formal"}
LANGUAGES = {"zh_CN", "en_US", "zh_HK", "zh_TW"}
_FIRST_MSG_ID = 3_000_000_000_000_000_000


async def _send(call: ApiCall) -> Answer:
    user, template = _checked(call)
    if call.body.get("miniprogram_state", "formal") not in STATES:
        raise refusal(47003, "argument invalid! miniprogram_state invalid")
    if call.body.get("lang", "zh_CN") not in LANGUAGES:
        raise refusal(47003, "argument invalid! lang invalid")
    _check_page(call)
    return await _deliver(call, user, template, ("page", "miniprogram_state", "lang"))


async def _bizsend(call: ApiCall) -> Answer:
    user, template = _checked(call)
    target = call.body.get("miniprogram")
    if target is not None and (not isinstance(target, dict) or not target.get("appid")):
        raise refusal(47003, "argument invalid! miniprogram.appid invalid")
    return await _deliver(call, user, template, ("page", "miniprogram"))


def _checked(call: ApiCall) -> tuple[User, Template]:
    user, template = call.receiver(call.body.get("touser")), template_of(call)
    check_data(call, template)
    return user, template


def _check_page(call: ApiCall) -> None:
    """Check a page against those of the released version (switch `released_pages`)."""
    page, known = call.body.get("page"), call.world.switches.values["released_pages"]
    if page is not None and not isinstance(page, str):
        raise refusal(41030)
    if page and known and page.partition("?")[0].lstrip("/") not in known:
        raise refusal(41030)


async def _deliver(call: ApiCall, user: User, template: Template, shown: tuple[str, ...]) -> Answer:
    openid = user.openids[call.app.appid]
    async with _alone(call, openid):
        grant = call.world.part(Subscriptions).of(openid, template.template_id)
        if not grant.allows():
            raise refusal(43101)
        grant.spend()
    content = {name: call.body[name] for name in ("data", *shown) if name in call.body}
    content |= {"template_id": template.template_id, "title": template.title}
    show(call.world, user.user_id, "subscribe", call.app.appid, content)
    msg_id = _FIRST_MSG_ID + call.world.ids.number("subscribe_msgid")
    _report(call, user, template, msg_id)
    return ok(msgid=msg_id)


@asynccontextmanager
async def _alone(call: ApiCall, openid: str) -> AsyncIterator[None]:
    """Hold the receiver for as long as one send takes; another send meanwhile gets 43108."""
    busy = call.world.part(Busy).receivers
    if openid in busy:
        raise refusal(43108)
    busy.append(openid)
    try:
        await asyncio.sleep(call.world.switches.number("subscribe_send_ms") / 1000)
        yield
    finally:
        busy.remove(openid)


def _report(call: ApiCall, user: User, template: Template, msg_id: int) -> None:
    entry: dict[str, Any] = {
        "TemplateId": template.template_id,
        "MsgID": str(msg_id),
        "ErrorCode": "0",
        "ErrorStatus": "success",
    }
    delay_s = call.world.switches.number("sent_event_delay_s")
    push_later(call.world, call.app, user, {"Event": SENT, "List": [entry]}, delay_s)


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        *posting("/cgi-bin/message/subscribe/send", _send, "miniprogram"),
        *posting("/cgi-bin/message/subscribe/bizsend", _bizsend, "official_account"),
    )
