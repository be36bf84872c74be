"""Login codes, session keys and phone numbers over HTTP."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from weixin_client import Weixin, login_state

if TYPE_CHECKING:
    from merchant_client import Control


async def code_of(mp: Weixin, user: Any, kind: str = "login") -> str:
    answer = await mp.control.post(f"/_sim/users/{user['user_id']}/{kind}", {"appid": mp.appid})
    return str(answer["code"])


async def session(mp: Weixin, user: Any) -> Any:
    return await mp.login(await code_of(mp, user))


async def test_a_code_becomes_a_session_without_an_errcode(mp: Weixin, control: Control) -> None:
    user = await control.user()
    answer = await session(mp, user)
    assert set(answer) == {"openid", "session_key", "unionid"}
    assert answer["openid"] == user["openids"][mp.appid]
    assert answer["unionid"] == user["unionid"]
    assert len(base64.b64decode(answer["session_key"])) == 16


async def test_an_unbound_app_gets_no_unionid(mp: Weixin, control: Control) -> None:
    await control.post("/_sim/switches", {"open_platform_bound": False})
    assert "unionid" not in await session(mp, await control.user())


async def test_a_code_works_once_and_for_five_minutes(mp: Weixin, control: Control) -> None:
    user = await control.user()
    code, late = await code_of(mp, user), await code_of(mp, user)
    assert "openid" in await mp.login(code)
    assert (await mp.login(code))["errcode"] == 40163
    await control.advance(300)
    assert (await mp.login(late))["errcode"] == 40029


async def test_racing_exchanges_have_one_winner(mp: Weixin, control: Control) -> None:
    code = await code_of(mp, await control.user())
    answers = await asyncio.gather(*(mp.login(code) for _ in range(5)))
    assert sorted(answer.get("errcode", 0) for answer in answers) == [0, *[40163] * 4]


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"js_code": ""}, 41008),
        ({"js_code": "nonsense"}, 40029),
        ({"appid": ""}, 41002),
        ({"appid": "wx0"}, 40013),
        ({"secret": ""}, 41004),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "client_credential"}, 40002),
    ],
)
async def test_refused_exchanges(
    mp: Weixin, control: Control, changes: dict[str, str], errcode: int
) -> None:
    code = await code_of(mp, await control.user())
    assert (await mp.login(code, **changes))["errcode"] == errcode
    assert "openid" in await mp.login(code)


async def test_login_and_phone_codes_are_not_interchangeable(mp: Weixin, control: Control) -> None:
    user = await control.user()
    login, phone = await code_of(mp, user), await code_of(mp, user, "phone-code")
    assert (await mp.login(phone))["errcode"] == 40029
    answer = await mp.post("/wxa/business/getuserphonenumber", {"code": login})
    assert answer["errcode"] == 40029


async def test_a_blocked_user_and_a_hasty_one(mp: Weixin, control: Control) -> None:
    user = await control.user()
    await control.post(f"/_sim/users/{user['user_id']}/traits", {"login_blocked": True})
    assert (await session(mp, user))["errcode"] == 40226
    await control.post(f"/_sim/users/{user['user_id']}/traits", {"login_blocked": False})
    await control.post("/_sim/switches", {"api_limits": {"/sns/jscode2session": [2, 99]}})
    codes = [(await session(mp, user)).get("errcode") for _ in range(3)]
    assert codes == [None, None, 45011]
    await control.advance(60)
    assert "openid" in await session(mp, user)


async def test_the_official_account_cannot_exchange_codes(mp: Weixin, control: Control) -> None:
    oa = await Weixin.of(control, "official_account")
    code = await code_of(mp, await control.user())
    assert (await oa.login(code))["errcode"] == 40013


async def test_the_session_key_is_kept_for_a_while_and_then_replaced(
    mp: Weixin, control: Control
) -> None:
    user = await control.user()
    first, second = await session(mp, user), await session(mp, user)
    assert first["session_key"] == second["session_key"]
    await control.advance(600)
    third = await session(mp, user)
    assert third["session_key"] != first["session_key"]
    openid = first["openid"]
    old = await mp.get("/wxa/checksession", openid=openid, **login_state(first["session_key"]))
    new = await mp.get("/wxa/checksession", openid=openid, **login_state(third["session_key"]))
    assert (old["errcode"], new["errcode"]) == (87009, 0)


async def test_a_login_that_is_never_exchanged_still_kills_the_old_key(
    mp: Weixin, control: Control
) -> None:
    user = await control.user()
    held = await session(mp, user)
    await control.advance(600)
    await code_of(mp, user)
    state = login_state(held["session_key"])
    answer = await mp.get("/wxa/checksession", openid=held["openid"], **state)
    assert answer["errcode"] == 87009


async def test_the_key_can_be_reset(mp: Weixin, control: Control) -> None:
    held = await session(mp, await control.user())
    path, openid, state = (
        "/wxa/resetusersessionkey",
        held["openid"],
        login_state(held["session_key"]),
    )
    answer = await mp.get(path, openid=openid, **state)
    assert (answer["errcode"], answer["openid"]) == (0, openid)
    assert answer["session_key"] != held["session_key"]
    assert (await mp.get(path, openid=openid, **state))["errcode"] == 87009
    bad_method = {**state, "sig_method": "md5"}
    assert (await mp.get(path, openid=openid, **bad_method))["errcode"] == 87008
    assert (await mp.get(path, openid="other", **state))["errcode"] == 40003


async def test_a_phone_code_gives_the_number_once(mp: Weixin, control: Control) -> None:
    user = await control.user()
    code = await code_of(mp, user, "phone-code")
    path = "/wxa/business/getuserphonenumber"
    info = (await mp.post(path, {"code": code}))["phone_info"]
    assert info["phoneNumber"] == info["purePhoneNumber"]
    assert (info["phoneNumber"][:2], len(info["phoneNumber"])) == ("13", 11)
    assert (info["countryCode"], info["watermark"]["appid"]) == ("86", mp.appid)
    assert (await mp.post(path, {"code": code}))["errcode"] == 40029
    oa_code = await control.post(
        f"/_sim/users/{user['user_id']}/phone-code",
        {"appid": (await Weixin.of(control, "official_account")).appid},
    )
    assert (await mp.post(path, oa_code))["errcode"] == 40013


async def test_raw_data_is_signed_and_open_data_encrypted_with_the_key(
    mp: Weixin, control: Control
) -> None:
    user = await control.user(nickname="小明")
    held = await session(mp, user)
    wish = {"appid": mp.appid, "phone": True}
    given = await control.post(f"/_sim/users/{user['user_id']}/profile", wish)
    signed = (given["rawData"] + held["session_key"]).encode()
    assert given["signature"] == hashlib.sha1(signed).hexdigest()  # noqa: S324
    key, iv = base64.b64decode(held["session_key"]), base64.b64decode(given["iv"])
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    padded = decryptor.update(base64.b64decode(given["encryptedData"])) + decryptor.finalize()
    plain = json.loads(padded[: -padded[-1]])
    assert plain["watermark"]["appid"] == mp.appid
    assert plain["purePhoneNumber"].startswith("13")
