"""Customer-service messages and the typing sign, of both kinds of app.

Sources: /doc/service/api/customer/message/api_sendcustommessage, api_typing, and the Mini Program
pages of the same names. Which of 45015 and 45047 comes when the allowance is used up is not settled
by the pages: switch `allowance_used_up_errcode`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from wechat_simulator.surface import Answer, Route
from wechat_simulator.weixin.allowance import Window
from wechat_simulator.weixin.caller import ANY_APP, ApiCall, ok, posting, refusal
from wechat_simulator.weixin.chats import Chats, show
from wechat_simulator.weixin.custom_messages import fault

if TYPE_CHECKING:
    from wechat_simulator.users import User
    from wechat_simulator.weixin.chats import Chat

CUSTOM_SEND = "/cgi-bin/message/custom/send"
TYPING_LIFE = timedelta(seconds=15)
TYPING_AFTER_EXCHANGE = timedelta(seconds=30)
_NOT_CONTENT = {"touser", "customservice", "aimsgcontext", "businessid"}


async def _send(call: ApiCall) -> Answer:
    user = call.receiver(call.body.get("touser"))
    _must_follow(call, user)
    limit = int(call.world.switches.number("custom_text_max_bytes"))
    errcode = fault(call.app.kind, call.body, limit)
    if errcode is not None:
        raise refusal(errcode)
    chat = _chat(call, user)
    _spend(call, user, chat)
    chat.exchanged_at, chat.typing_until = call.world.now(), None
    content = {name: value for name, value in call.body.items() if name not in _NOT_CONTENT}
    show(call.world, user.user_id, "custom", call.app.appid, content)
    return ok()


def _must_follow(call: ApiCall, user: User) -> None:
    if call.app.kind == "official_account" and not user.follows_oa:
        raise refusal(43004)


def _chat(call: ApiCall, user: User) -> Chat:
    return call.world.part(Chats).of(call.app.appid, user.openids[call.app.appid])


def _count_payments(call: ApiCall, user: User, chat: Chat) -> None:
    """Open the window of the user's last payment with this app's appid, if it still is open."""
    windows = call.world.switches.values["customer_service_windows"][call.app.kind]
    messages, seconds = windows.get("payment", (0, 0))
    since = call.world.now() - timedelta(seconds=seconds)
    for entry in reversed(call.world.ledger.entries):
        if entry.at <= since:
            return
        mine = (entry.user_id, entry.appid) == (user.user_id, call.app.appid)
        if entry.kind == "payment" and mine:
            chat.allowance.open(Window(messages, seconds), entry.at)
            return


def _spend(call: ApiCall, user: User, chat: Chat) -> None:
    if chat.allowance.refusal(call.world.now()) is not None:
        _count_payments(call, user, chat)
    match chat.allowance.refusal(call.world.now()):
        case "closed":
            raise refusal(45015)
        case "used_up":
            raise refusal(int(call.world.switches.number("allowance_used_up_errcode")))
        case None:
            chat.allowance.spend()


async def _typing(call: ApiCall) -> Answer:
    user, now = call.receiver(call.body.get("touser")), call.world.now()
    chat = _chat(call, user)
    match call.body.get("command"):
        case "CancelTyping":
            chat.typing_until = None
        case "Typing":
            if chat.exchanged_at is None or now - chat.exchanged_at > TYPING_AFTER_EXCHANGE:
                raise refusal(45080)
            if chat.typing_until is not None and now < chat.typing_until:
                raise refusal(45081)
            chat.typing_until = now + TYPING_LIFE
        case _:
            raise refusal(45072)
    return ok()


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        *posting(CUSTOM_SEND, _send, *ANY_APP),
        *posting("/cgi-bin/message/custom/typing", _typing, *ANY_APP),
        *posting("/cgi-bin/message/custom/business/typing", _typing, "miniprogram"),
    )
