"""Logging in and phone numbers, against a real server."""

import asyncio
import traceback

import pytest
from aiohttp import ClientSession, web

from models.errors import Declined, InvalidInput, NotAuthenticated, OutsideFailure
from tests.wechat.api.conftest import OK, with_account
from tests.wechat.api_peer import TOKEN_PATH, ApiPeer, refuses
from tests.wechat.peer import CountingIds, FrozenClock
from wechat.build import Wechat, open_wechat
from wechat.config import Limits

LOGIN = "/sns/jscode2session"
PHONE = "/wxa/business/getuserphonenumber"


async def test_a_log_in_code_is_traded_for_openid_and_unionid(wechat: Wechat, api: ApiPeer) -> None:
    api.will(LOGIN, {"openid": "o1", "session_key": "c2Vzc2lvbg==", "unionid": "u1"})
    assert await wechat.login.exchange_code("C") == ("o1", "u1")
    assert api.asked_of(LOGIN)[0][0] == {
        "appid": "wxaaaaaaaaaaaaaaaa",
        "secret": "mini-secret",
        "js_code": "C",
        "grant_type": "authorization_code",
    }
    assert api.asked_of(TOKEN_PATH) == []


@pytest.mark.parametrize("extra", [{}, {"unionid": ""}, {"errcode": 0}])
async def test_an_app_bound_to_nothing_gives_no_unionid(wechat: Wechat, api: ApiPeer, extra: dict[str, object]) -> None:
    api.will(LOGIN, {"openid": "o1", "session_key": "k"} | extra)
    assert await wechat.login.exchange_code("C") == ("o1", None)


@pytest.mark.parametrize(
    ("errcode", "error", "code"),
    [
        (40029, NotAuthenticated, "login_code_invalid"),
        (40163, NotAuthenticated, "login_code_used"),
        (40226, Declined, "wechat_user_blocked"),
        (45011, OutsideFailure, "wechat_too_frequent"),
        (-1, OutsideFailure, "wechat_unavailable"),
        (40125, OutsideFailure, "wechat_credentials_rejected"),
        (40164, OutsideFailure, "wechat_address_refused"),
    ],
)
async def test_a_log_in_wechat_refuses_is_named(
    wechat: Wechat, api: ApiPeer, errcode: int, error: type[Exception], code: str
) -> None:
    api.will(LOGIN, refuses(errcode))
    with pytest.raises(error, match=code) as caught:
        await wechat.login.exchange_code("C")
    assert "66454a60-46a8a44b-5f4417e6" in str(caught.value)
    assert len(api.asked) == 1


async def test_a_spent_code_is_never_tried_again_after_silence(api: ApiPeer, clock: FrozenClock) -> None:
    async def hang(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(1)
        return web.Response()

    api.will(LOGIN, hang)
    impatient = with_account(api.address).model_copy(update={"limits": Limits(connect_s=0.1, read_s=0.1)})
    async with ClientSession() as session, open_wechat(impatient, session, clock, CountingIds()) as wechat:
        with pytest.raises(OutsideFailure, match="wechat_silent"):
            await wechat.login.exchange_code("C")
    assert len(api.asked) == 1


async def test_a_spent_code_is_never_sent_again_when_the_connection_breaks(wechat: Wechat, api: ApiPeer) -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    api.will(LOGIN, hang_up)
    with pytest.raises(OutsideFailure, match="wechat_silent"):
        await wechat.login.exchange_code("C")
    assert len(api.asked) == 1


async def test_secrets_and_codes_are_in_no_exception(
    clock: FrozenClock, unused_tcp_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    private = ("very-", "private-", "code")
    nowhere = with_account(f"http://127.0.0.1:{unused_tcp_port}")
    async with ClientSession() as session, open_wechat(nowhere, session, clock, CountingIds()) as wechat:
        with pytest.raises(OutsideFailure, match="wechat_unreachable") as caught:
            await wechat.login.exchange_code("".join(private))
    told = "".join(traceback.format_exception(caught.value)) + capsys.readouterr().out
    assert "mini-secret" not in told
    assert "very-private-code" not in told


@pytest.mark.parametrize(
    "answer", [b"<html/>", b"[]", {"session_key": "k"}, {"openid": ""}, {"openid": "o1", "errcode": "what"}]
)
async def test_an_answer_that_says_nothing_is_unreadable(wechat: Wechat, api: ApiPeer, answer: bytes) -> None:
    api.will(LOGIN, answer)
    with pytest.raises(OutsideFailure, match="wechat_unreadable"):
        await wechat.login.exchange_code("C")


async def test_a_gateway_page_is_an_unavailable_wechat(wechat: Wechat, api: ApiPeer) -> None:
    async def bad_gateway(_: web.Request) -> web.StreamResponse:
        return web.Response(status=502, text="<html/>")

    api.will(LOGIN, bad_gateway)
    with pytest.raises(OutsideFailure, match="wechat_unavailable"):
        await wechat.login.exchange_code("C")


@pytest.mark.parametrize("country", ["86", 86])
async def test_a_phone_code_is_traded_for_the_number(wechat: Wechat, api: ApiPeer, country: object) -> None:
    info = {"phoneNumber": "13800138000", "purePhoneNumber": "13800138000", "countryCode": country}
    api.will(PHONE, OK | {"phone_info": info})
    assert await wechat.login.phone_number("P") == "13800138000"
    assert api.asked_of(PHONE) == [({"access_token": "T1"}, {"code": "P"})]


async def test_a_spent_phone_code_is_the_requests_fault(wechat: Wechat, api: ApiPeer) -> None:
    api.will(PHONE, refuses(40029))
    with pytest.raises(InvalidInput, match="phone_code_invalid"):
        await wechat.login.phone_number("P")
