"""Access tokens, against a real server: fetched once for many, renewed in time."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import ClientSession, web

from models.errors import OutsideFailure
from tests.wechat.api.conftest import CUSTOM, OK, SUBSCRIBE, send, with_account
from tests.wechat.api_peer import TOKEN_PATH, ApiPeer, refuses, token
from tests.wechat.peer import NOW, CountingIds, FrozenClock
from wechat.build import Wechat, open_wechat
from wechat.token import MemoryTokens, Token


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
