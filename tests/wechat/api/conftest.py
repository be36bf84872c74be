"""One running server of api.weixin.qq.com, and our clients that speak to it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from tests.wechat.api_peer import TOKEN_PATH, ApiPeer, running_api, token
from tests.wechat.conftest import config
from tests.wechat.peer import CountingIds, FrozenClock
from wechat.build import Wechat, open_wechat
from wechat.config import AppConfig, WechatConfig

CUSTOM = "/cgi-bin/message/custom/send"
SUBSCRIBE = "/cgi-bin/message/subscribe/send"

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
