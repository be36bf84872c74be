"""Messages to one user: customer-service text and subscribe message; and who a follower is."""

from asyncio import Lock
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from weakref import WeakValueDictionary

from models.refusals import named
from models.subscribe_values import sendable
from wechat.config import AppConfig
from wechat.token import AppCalls

TEXT_BYTES = 2048
"""The usual limit of a customer-service text (45002 above it)."""


class Messenger:
    """Sends through the Mini Program and, where there is one, the Official Account."""

    def __init__(self, miniprogram: AppConfig, calls: AppCalls, account_calls: AppCalls | None) -> None:
        self._miniprogram = miniprogram
        self._calls = calls
        self._account_calls = account_calls
        self._turns: WeakValueDictionary[str, Lock] = WeakValueDictionary()

    async def send_text(self, oa_openid: str, text: str) -> None:
        """Send a text in the Official Account; raises Declined push_window_closed when the user wrote too long ago.

        Source: developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage
        """
        clipped = text.encode()[:TEXT_BYTES].decode(errors="ignore")
        body = {"touser": oa_openid, "msgtype": "text", "text": {"content": clipped}}
        await self._account("POST", "/cgi-bin/message/custom/send", body=body)

    async def send_subscribe(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> None:
        """Send a Mini Program subscribe message; raises Declined push_not_subscribed when no allowance is left.

        One at a time per user: WeChat refuses sends to the same user that overlap (43108).
        """
        body: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "data": message_data(data),
            "miniprogram_state": self._miniprogram.miniprogram_state.value,
            "lang": "zh_CN",
        }
        if page:
            body["page"] = page
        async with self._turn(openid):
            await self._calls.call("POST", "/cgi-bin/message/subscribe/send", body=body)

    async def send_template(
        self, oa_openid: str, template_id: str, page: str, data: Mapping[str, str], *, message_id: str
    ) -> None:
        """Send a template message; WeChat takes the same `client_msg_id` once within ten minutes.

        Source: developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage
        """
        body: dict[str, Any] = {
            "touser": oa_openid,
            "template_id": template_id,
            "data": message_data(data),
            "client_msg_id": sha256(message_id.encode()).hexdigest()[:32],
        }
        if page:
            body["miniprogram"] = {"appid": self._miniprogram.appid, "pagepath": page}
        async with self._turn(oa_openid):
            await self._account("POST", "/cgi-bin/message/template/send", body=body)

    async def unionid_of(self, oa_openid: str) -> str | None:
        """Ask which person follows under this openid; None for somebody who does not, or an account not bound.

        Source: developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_userinfo
        """
        answer = await self._account("GET", "/cgi-bin/user/info", params={"openid": oa_openid, "lang": "zh_CN"})
        unionid = answer.get("unionid")
        return unionid if isinstance(unionid, str) and unionid else None

    async def _account(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        if self._account_calls is None:
            raise named("push_not_permitted")
        return await self._account_calls.call(method, path, params=params, body=body)

    def _turn(self, openid: str) -> Lock:
        return self._turns.setdefault(openid, Lock())


def message_data(values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Write the fields as WeChat wants them; raises Declined push_content_rejected naming one that cannot be sent."""
    return {name: {"value": sendable(name, value)} for name, value in values.items()}
