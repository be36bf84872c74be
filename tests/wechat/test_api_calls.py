"""Tokens, log-in and messages, against a real server."""

import asyncio
import traceback
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import ClientSession, web

from models.errors import Declined, InvalidInput, NotAuthenticated, OutsideFailure
from tests.wechat.api_peer import TOKEN_PATH, ApiPeer, refuses, running_api, token
from tests.wechat.conftest import config
from tests.wechat.peer import NOW, CountingIds, FrozenClock
from wechat.build import Wechat, open_wechat
from wechat.config import AppConfig, Limits, WechatConfig
from wechat.token import MemoryTokens, Token

LOGIN = "/sns/jscode2session"
PHONE = "/wxa/business/getuserphonenumber"
CUSTOM = "/cgi-bin/message/custom/send"
SUBSCRIBE = "/cgi-bin/message/subscribe/send"
USER = "/cgi-bin/user/info"

OK = {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
async def api() -> AsyncIterator[ApiPeer]:
    async with running_api() as running:
        running.will(TOKEN_PATH, token("T1"), token("T2"), token("T3"))
        yield running


def with_account(address: str) -> WechatConfig:
    account = AppConfig(appid="wxcccccccccccccccc", secret="oa-secret")
    return config(address).model_copy(update={"official_account": account})


@pytest.fixture
async def wechat(api: ApiPeer, clock: FrozenClock) -> AsyncIterator[Wechat]:
    async with (
        ClientSession() as session,
        open_wechat(with_account(api.address), session, clock, CountingIds()) as opened,
    ):
        yield opened


async def send(wechat: Wechat, openid: str = "o1") -> None:
    await wechat.messenger.send_subscribe(openid, "TPL", "pages/order?no=X1", {"thing1": "数学课"})


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


async def test_many_who_need_a_token_fetch_one(wechat: Wechat, api: ApiPeer) -> None:
    api.will(SUBSCRIBE, OK)
    await asyncio.gather(*(send(wechat, f"o{n}") for n in range(5)))
    assert api.asked_of(TOKEN_PATH) == [
        (
            {},
            {
                "grant_type": "client_credential",
                "appid": "wxaaaaaaaaaaaaaaaa",
                "secret": "mini-secret",
                "force_refresh": False,
            },
        )
    ]
    assert {params["access_token"] for params, _ in api.asked_of(SUBSCRIBE)} == {"T1"}


async def test_a_token_is_renewed_in_its_last_five_minutes(wechat: Wechat, api: ApiPeer, clock: FrozenClock) -> None:
    api.will(SUBSCRIBE, OK)
    await send(wechat)
    clock.at = NOW + timedelta(seconds=7200 - 301)
    await send(wechat)
    assert len(api.asked_of(TOKEN_PATH)) == 1
    clock.at = NOW + timedelta(seconds=7200 - 300)
    await send(wechat)
    assert [params["access_token"] for params, _ in api.asked_of(SUBSCRIBE)] == ["T1", "T1", "T2"]


async def test_a_token_with_little_life_is_not_fetched_again_at_once(
    wechat: Wechat, api: ApiPeer, clock: FrozenClock
) -> None:
    api.will(TOKEN_PATH, token("T1", 300), token("T2"))
    api.will(SUBSCRIBE, OK)
    await send(wechat)
    await send(wechat)
    assert len(api.asked_of(TOKEN_PATH)) == 1
    clock.at = NOW + timedelta(seconds=30)
    await send(wechat)
    assert len(api.asked_of(TOKEN_PATH)) == 2


async def test_while_wechat_renews_no_token_the_old_one_serves_to_its_end(
    wechat: Wechat, api: ApiPeer, clock: FrozenClock
) -> None:
    api.will(TOKEN_PATH, token("T1"), refuses(-1))
    api.will(SUBSCRIBE, OK)
    await send(wechat)
    clock.at = NOW + timedelta(seconds=7200 - 60)
    await send(wechat)
    assert [params["access_token"] for params, _ in api.asked_of(SUBSCRIBE)] == ["T1", "T1"]
    clock.at = NOW + timedelta(seconds=7200)
    with pytest.raises(OutsideFailure, match="wechat_unavailable"):
        await send(wechat)


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_refused_token_is_renewed_and_the_call_made_once_more(
    wechat: Wechat, api: ApiPeer, errcode: int
) -> None:
    api.will(SUBSCRIBE, refuses(errcode), OK)
    await send(wechat)
    assert [params["access_token"] for params, _ in api.asked_of(SUBSCRIBE)] == ["T1", "T2"]


async def test_a_token_refused_for_ever_is_tried_twice_and_no_more(wechat: Wechat, api: ApiPeer) -> None:
    api.will(SUBSCRIBE, refuses(40001))
    with pytest.raises(OutsideFailure, match="wechat_credentials_rejected"):
        await send(wechat)
    assert len(api.asked_of(SUBSCRIBE)) == 2
    assert len(api.asked_of(TOKEN_PATH)) == 2


async def test_five_refused_at_once_renew_once(wechat: Wechat, api: ApiPeer) -> None:
    await_all = asyncio.Barrier(5)

    async def refused_together(request: web.Request) -> web.StreamResponse:
        if request.query["access_token"] == "T1":
            await await_all.wait()
            return web.json_response(refuses(42001))
        return web.json_response(OK)

    api.will(SUBSCRIBE, refused_together)
    await asyncio.gather(*(send(wechat, f"o{n}") for n in range(5)))
    assert len(api.asked_of(TOKEN_PATH)) == 2


async def test_each_app_has_its_own_token(wechat: Wechat, api: ApiPeer) -> None:
    api.will(SUBSCRIBE, OK)
    api.will(CUSTOM, OK)
    await send(wechat)
    await wechat.messenger.send_text("oa1", "您好")
    assert [body["appid"] for _, body in api.asked_of(TOKEN_PATH)] == ["wxaaaaaaaaaaaaaaaa", "wxcccccccccccccccc"]
    assert api.asked_of(CUSTOM) == [
        ({"access_token": "T2"}, {"touser": "oa1", "msgtype": "text", "text": {"content": "您好"}})
    ]


async def test_a_shared_store_spares_the_second_process_its_fetch(api: ApiPeer, clock: FrozenClock) -> None:
    store = MemoryTokens()
    held = Token(value="SHARED", fetched_at=NOW, expires_at=NOW + timedelta(hours=2))
    await store.put("wxaaaaaaaaaaaaaaaa", held)
    assert "SHARED" not in f"{held!r} {held}"
    api.will(SUBSCRIBE, OK)
    async with (
        ClientSession() as session,
        open_wechat(with_account(api.address), session, clock, CountingIds(), store) as wechat,
    ):
        await send(wechat)
    assert api.asked_of(SUBSCRIBE)[0][0] == {"access_token": "SHARED"}
    assert api.asked_of(TOKEN_PATH) == []


@pytest.mark.parametrize("answer", [{}, token(""), {"access_token": "T", "expires_in": "soon"}])
async def test_a_token_answer_without_a_token_is_unreadable(
    wechat: Wechat, api: ApiPeer, answer: dict[str, object]
) -> None:
    api.will(TOKEN_PATH, answer)
    with pytest.raises(OutsideFailure, match="wechat_unreadable"):
        await send(wechat)


async def test_a_subscribe_message_says_which_version_and_language(wechat: Wechat, api: ApiPeer) -> None:
    api.will(SUBSCRIBE, OK | {"msgid": 1})
    await wechat.messenger.send_subscribe(
        "o1",
        "TPL",
        "pages/order?no=X1",
        {"thing1": "数学思维\n训练课程（二十节体验版）长标题还有", "amount2": "¥99.00元"},
    )
    assert api.asked_of(SUBSCRIBE)[0][1] == {
        "touser": "o1",
        "template_id": "TPL",
        "page": "pages/order?no=X1",
        "data": {"thing1": {"value": "数学思维 训练课程（二十节体验版）长标题"}, "amount2": {"value": "¥99.00元"}},
        "miniprogram_state": "formal",
        "lang": "zh_CN",
    }


async def test_two_messages_to_one_user_never_overlap(wechat: Wechat, api: ApiPeer) -> None:
    under_way: set[str] = set()

    async def alone(request: web.Request) -> web.StreamResponse:
        openid = (await request.json())["touser"]
        assert openid not in under_way
        under_way.add(openid)
        await asyncio.sleep(0.01)
        under_way.discard(openid)
        return web.json_response(OK)

    api.will(SUBSCRIBE, alone)
    await asyncio.gather(*(send(wechat, openid) for openid in ("o1", "o1", "o2", "o1")))


@pytest.mark.parametrize(
    ("errcode", "code"),
    [
        (43101, "push_not_subscribed"),
        (40003, "push_receiver_unknown"),
        (40037, "push_template_rejected"),
        (47003, "push_content_rejected"),
    ],
)
async def test_a_push_wechat_will_not_take_is_declined(wechat: Wechat, api: ApiPeer, errcode: int, code: str) -> None:
    api.will(SUBSCRIBE, refuses(errcode))
    with pytest.raises(Declined, match=code) as caught:
        await send(wechat)
    assert caught.value.detail["errcode"] == errcode


@pytest.mark.parametrize("errcode", [45015, 45047])
async def test_a_closed_window_and_a_used_allowance_are_the_same_to_us(
    wechat: Wechat, api: ApiPeer, errcode: int
) -> None:
    api.will(CUSTOM, refuses(errcode))
    with pytest.raises(Declined, match="push_window_closed"):
        await wechat.messenger.send_text("oa1", "您好")


async def test_a_long_text_is_cut_between_characters(wechat: Wechat, api: ApiPeer) -> None:
    api.will(CUSTOM, OK)
    await wechat.messenger.send_text("oa1", "课" * 1000)
    assert api.asked_of(CUSTOM)[0][1]["text"]["content"] == "课" * 682


@pytest.mark.parametrize(
    ("answer", "unionid"),
    [
        ({"subscribe": 1, "openid": "oa1", "unionid": "u1"}, "u1"),
        ({"subscribe": 1, "openid": "oa1"}, None),
        ({"subscribe": 0, "openid": "oa1"}, None),
    ],
)
async def test_a_followers_unionid_says_which_person_it_is(
    wechat: Wechat, api: ApiPeer, answer: dict[str, object], unionid: str | None
) -> None:
    api.will(USER, answer)
    assert await wechat.messenger.unionid_of("oa1") == unionid
    assert api.asked_of(USER) == [({"openid": "oa1", "lang": "zh_CN", "access_token": "T1"}, None)]


async def test_without_an_official_account_nothing_is_sent_there(api: ApiPeer, clock: FrozenClock) -> None:
    async with ClientSession() as session, open_wechat(config(api.address), session, clock, CountingIds()) as wechat:
        with pytest.raises(Declined, match="push_not_permitted"):
            await wechat.messenger.send_text("oa1", "您好")
    assert api.asked == []
