"""Messages to one user, and who a follower is, against a real server."""

import asyncio

import pytest
from aiohttp import ClientSession, web

from models.errors import Declined
from tests.wechat.api.conftest import CUSTOM, OK, SUBSCRIBE, send
from tests.wechat.api_peer import ApiPeer, refuses
from tests.wechat.conftest import config
from tests.wechat.peer import CountingIds, FrozenClock
from wechat.build import Wechat, open_wechat

USER = "/cgi-bin/user/info"


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
