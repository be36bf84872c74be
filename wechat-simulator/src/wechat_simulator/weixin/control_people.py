"""``/_sim/users/{id}/phone-code``, ``/profile`` and ``/traits``: what a user's phone hands out."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import orjson

from wechat_simulator.errors import ControlError
from wechat_simulator.plain import to_plain
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.weixin.api_login import key_after_logins
from wechat_simulator.weixin.session_keys import encrypt_open_data, raw_data_signature
from wechat_simulator.weixin.traits import Traits, phone_number

if TYPE_CHECKING:
    from wechat_simulator.accounts import App
    from wechat_simulator.users import User

_SETTABLE: dict[str, type[Any]] = {"login_blocked": bool, "risk_rank": int, "phone": str}
HIGHEST_RISK = 4


def app_in(call: Call, wish: dict[str, Any], default: App) -> App:
    """Return the app a control call names by `appid`; ControlError for an unknown one."""
    appid = wish.get("appid") or default.appid
    app = call.world.accounts.app(str(appid))
    if app is None:
        raise ControlError(f"unknown appid {appid}")
    return app


async def _phone_code(call: Call) -> Answer:
    user = call.world.users.get(call.params["user_id"])
    app = app_in(call, call.json(), call.world.accounts.miniprogram)
    code = call.world.users.mint_code(call.world.ids, user, app.appid, "phone", call.world.now())
    return json_answer({"code": code.code})


async def _profile(call: Call) -> Answer:
    """Answer what the older client calls give: rawData, signature, encryptedData, iv."""
    user = call.world.users.get(call.params["user_id"])
    wish = call.json()
    app = app_in(call, wish, call.world.accounts.miniprogram)
    key = key_after_logins(call.world, app, user)
    if key is None:
        raise ControlError("the user has no session: call login first", status=409)
    open_data = _open_data(call, app, user, wish.get("phone") is True)
    raw_data = orjson.dumps({"nickName": user.nickname, "gender": 0, "avatarUrl": ""}).decode()
    iv = call.world.ids.raw("iv", 16)
    return json_answer(
        {
            "rawData": raw_data,
            "signature": raw_data_signature(raw_data, key.value),
            "encryptedData": encrypt_open_data(orjson.dumps(open_data), key.value, iv),
            "iv": base64.b64encode(iv).decode(),
        }
    )


def _open_data(call: Call, app: App, user: User, phone: bool) -> dict[str, Any]:  # noqa: FBT001
    now_s = int(call.world.now().timestamp())
    watermark = {"appid": app.appid, "timestamp": now_s}
    if phone:
        number = phone_number(call.world, user.user_id)
        numbers = {"phoneNumber": number, "purePhoneNumber": number, "countryCode": "86"}
        return {**numbers, "watermark": watermark}
    ids = {"openId": user.openids[app.appid], "unionId": user.unionid}
    return {**ids, "nickName": user.nickname, "gender": 0, "watermark": watermark}


async def _traits(call: Call) -> Answer:
    user = call.world.users.get(call.params["user_id"])
    trait = call.world.part(Traits).of(user.user_id)
    for name, value in call.json().items():
        if name not in _SETTABLE or type(value) is not _SETTABLE[name]:
            raise ControlError(f"settable: {', '.join(sorted(_SETTABLE))}, each of its own type")
        setattr(trait, name, value)
    trait.risk_rank = min(max(trait.risk_rank, 0), HIGHEST_RISK)
    return json_answer(to_plain(trait))


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("POST", "/_sim/users/{user_id}/phone-code", _phone_code, Plane.CONTROL),
        Route("POST", "/_sim/users/{user_id}/profile", _profile, Plane.CONTROL),
        Route("POST", "/_sim/users/{user_id}/traits", _traits, Plane.CONTROL),
    )
