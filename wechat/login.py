"""Who somebody is: the Mini Program's one-time codes traded for an openid, or for a phone number."""

from collections.abc import Mapping

from models.refusals import named
from wechat.config import AppConfig
from wechat.errors import VendorError, refuse_call
from wechat.token import AppCalls
from wechat.transport import ApiCall, ApiTransport

PHONE_CODES: Mapping[int, str] = {40029: "phone_code_invalid", 40163: "phone_code_invalid", 41008: "phone_code_invalid"}
"""The same errcodes as for a log-in code, but the two kinds of code are not interchangeable."""


class Login:
    """code2Session and getPhoneNumber; the session key is not kept because nothing here needs it."""

    def __init__(self, app: AppConfig, transport: ApiTransport, calls: AppCalls) -> None:
        self._app = app
        self._transport = transport
        self._calls = calls

    async def exchange_code(self, code: str) -> tuple[str, str | None]:
        """Trade a log-in code for (openid, unionid); the unionid only where the app is bound to an Open Platform.

        Asked once and never again: after silence the code may be spent. Raises NotAuthenticated login_code_invalid
        or login_code_used, Declined wechat_user_blocked, OutsideFailure.
        Source: developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_code2session
        """
        params = {
            "appid": self._app.appid,
            "secret": self._app.secret.get_secret_value(),
            "js_code": code,
            "grant_type": "authorization_code",
        }
        try:
            answer = await self._transport.call(ApiCall("GET", "/sns/jscode2session", params, once=True))
        except VendorError as error:
            raise refuse_call(error) from error
        openid, unionid = answer.get("openid"), answer.get("unionid")
        if not isinstance(openid, str) or not openid:
            raise named("wechat_unreadable", missing="openid")
        return openid, unionid if isinstance(unionid, str) and unionid else None

    async def phone_number(self, code: str) -> str:
        """Trade a phone code for the number, with its country code when that is not China's.

        Raises InvalidInput phone_code_invalid, OutsideFailure.
        Source: developers.weixin.qq.com/miniprogram/dev/server/API/user-info/phone-number/api_getphonenumber
        """
        path = "/wxa/business/getuserphonenumber"
        answer = await self._calls.call("POST", path, body={"code": code}, exceptions=PHONE_CODES)
        info = answer.get("phone_info")
        number = info.get("phoneNumber") if isinstance(info, dict) else None
        if not isinstance(number, str) or not number:
            raise named("wechat_unreadable", missing="phone_info")
        return number
