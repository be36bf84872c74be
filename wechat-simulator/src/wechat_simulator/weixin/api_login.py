"""jscode2session, the login-state checks and the phone number.

Sources: …/user-login/api_code2session, api_checksessionkey, api_resetusersessionkey and
…/user-info/phone-number/api_getphonenumber.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.weixin.api_token import app_by_secret
from wechat_simulator.weixin.caller import ApiCall, getting, limits, ok, posting, refusal
from wechat_simulator.weixin.rates import Rates
from wechat_simulator.weixin.session_keys import KEY_BYTES, is_login_signature
from wechat_simulator.weixin.sessions import SessionKey, Sessions, redeem
from wechat_simulator.weixin.traits import Traits, phone_number

if TYPE_CHECKING:
    from wechat_simulator.accounts import App
    from wechat_simulator.users import User
    from wechat_simulator.world import World

CODE2SESSION = "/sns/jscode2session"
_CODE_REFUSALS = {"invalid": 40029, "foreign": 40029, "used": 40163}
_PHONE_REFUSALS = {"invalid": 40029, "foreign": 40013, "used": 40029}


def new_session_key(world: World) -> str:
    """Make a session_key: base64 of 16 bytes."""
    return base64.b64encode(world.ids.raw("session_key", KEY_BYTES)).decode()


def key_after_logins(world: World, app: App, user: User) -> SessionKey | None:
    """Return the user's live key, every wx.login so far counted, exchanged or not."""
    sessions, openid = world.part(Sessions), user.openids[app.appid]
    min_life_s = world.switches.number("session_key_min_life_s")
    for code in world.users.codes.values():
        if (code.kind, code.user_id, code.appid) == ("login", user.user_id, app.appid):
            sessions.log_in(openid, code.created_at, lambda: new_session_key(world), min_life_s)
    return sessions.live_key(openid, world.now(), world.switches.number("session_key_life_s"))


async def _code2session(call: Call) -> Answer:
    app = _asking_app(call)
    code = call.world.users.codes.get(call.query["js_code"])
    user = call.world.users.get(code.user_id) if code is not None else None
    if user is not None:
        _check_user(call.world, user)
    why = redeem(code, "login", app.appid, call.world.now())
    if why is not None or code is None or user is None:
        raise refusal(_CODE_REFUSALS[why or "invalid"])
    key = call.world.part(Sessions).log_in(
        user.openids[app.appid],
        code.created_at,
        lambda: new_session_key(call.world),
        call.world.switches.number("session_key_min_life_s"),
    )
    return json_answer(_session(call.world, app, user, key), content_type="text/plain")


def _asking_app(call: Call) -> App:
    app = app_by_secret(call.world, call.query)
    if not call.query.get("js_code"):
        raise refusal(41008)
    if call.query.get("grant_type") != "authorization_code":
        raise refusal(40002)
    if app.kind != "miniprogram":
        raise refusal(40013)
    return app


def _check_user(world: World, user: User) -> None:
    if world.part(Traits).of(user.user_id).login_blocked:
        raise refusal(40226)
    per_minute, per_day = limits(world, CODE2SESSION)
    rate = world.part(Rates).of(CODE2SESSION, user.user_id)
    if rate.count(world.now(), per_minute, per_day) is not None:
        raise refusal(45011)


def _session(world: World, app: App, user: User, key: SessionKey) -> dict[str, Any]:
    """Build the answer: no errcode on success, unionid only for a bound app."""
    session = {"session_key": key.value, "openid": user.openids[app.appid]}
    if world.switches.flag("open_platform_bound"):
        session["unionid"] = user.unionid
    return session


async def _checksession(call: ApiCall) -> Answer:
    _verified_key(call)
    return ok()


async def _resetusersessionkey(call: ApiCall) -> Answer:
    """Replace the key; its remaining life is inherited, not prolonged."""
    key = _verified_key(call)
    key.value = new_session_key(call.world)
    return ok(openid=call.call.query["openid"], session_key=key.value)


def _verified_key(call: ApiCall) -> SessionKey:
    query = call.call.query
    user = call.receiver(query.get("openid"))
    if query.get("sig_method") != "hmac_sha256":
        raise refusal(87008)
    key = key_after_logins(call.world, call.app, user)
    if key is None or not is_login_signature(query.get("signature", ""), key.value):
        raise refusal(87009)
    return key


async def _phone_number(call: ApiCall) -> Answer:
    code = call.world.users.codes.get(str(call.body.get("code")))
    why = redeem(code, "phone", call.app.appid, call.world.now())
    if why is not None or code is None:
        raise refusal(_PHONE_REFUSALS[why or "invalid"])
    number = phone_number(call.world, code.user_id)
    watermark = {"timestamp": int(call.world.now().timestamp()), "appid": call.app.appid}
    return ok(
        phone_info={
            "phoneNumber": number,
            "purePhoneNumber": number,
            "countryCode": "86",
            "watermark": watermark,
        }
    )


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("GET", CODE2SESSION, _code2session, Plane.API),
        *getting("/wxa/checksession", _checksession, "miniprogram"),
        *getting("/wxa/resetusersessionkey", _resetusersessionkey, "miniprogram"),
        *posting("/wxa/business/getuserphonenumber", _phone_number, "miniprogram"),
    )
