"""A learner's standing permission at a service without confirmation."""

from models.merchant import Channel
from models.notices import AuthorizationReading, WxCall
from wechat.pay import parties
from wechat.pay.caller import Caller, told, understood, view
from wechat.pay.payloads import REASON_LENGTH, clipped
from wechat.pay.readings import authorization_reading


class AuthorizationCalls(Caller):
    """Pay Score, "authorise once" mode: pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score-no-confirm."""

    async def apply_authorization(self, channel: Channel, code: str) -> WxCall:
        """Prepare the authorization page for our code (at most 32 characters); its token is good for one hour."""
        body = parties.creator(channel) | {"authorization_code": code} | self.notify_url(channel)
        answer = await self.send(channel, "permissions", parties.permissions_path(channel), body)
        token = told(answer, "apply_permissions_token")
        return view("wxpayScoreEnable", apply_permissions_token=token)

    async def query_authorization(self, channel: Channel, openid: str) -> AuthorizationReading | None:
        """Ask whether this user authorises this service; None when they never did (WeChat's 404 ORDER_NOT_EXIST)."""
        path, query = parties.permission_query(channel, openid)
        answer = await self.ask(channel, "permission", path, query)
        return None if answer is None else understood(authorization_reading, answer, channel, openid)

    async def terminate_authorization(self, channel: Channel, openid: str, reason: str) -> None:
        """Take the permission back; raises Conflict wechat_orders_unfinished while orders run."""
        path, body = parties.permission_end(channel, openid)
        await self.send(channel, "permission.terminate", path, body | {"reason": clipped(reason, REASON_LENGTH)})
