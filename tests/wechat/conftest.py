"""Real parts on free local ports."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from models.fee_mode import Agreement
from models.merchant import Channel
from tests.wechat import peer as peers
from tests.wechat.vectors import API_V2_KEY
from wechat.build import Wechat, open_wechat
from wechat.config import AppConfig, Limits, MerchantConfig, PlatformKey, WechatConfig
from wechat.endpoints import Endpoints

V3_KEY = "0123456789abcdef0123456789abcdef"
SERVICES = {agreement: f"0000400000000000000000000000000{n}" for n, agreement in enumerate(Agreement)}


@pytest.fixture
def clock() -> peers.FrozenClock:
    return peers.FrozenClock()


@pytest.fixture
async def peer() -> AsyncIterator[peers.Peer]:
    async with peers.running_peer() as running:
        yield running


def merchant(merchant_id: str, *, sub_mchid: str | None = None, sub_appid: str | None = None) -> MerchantConfig:
    return MerchantConfig(
        id=merchant_id,
        mchid="1900000001",
        appid="wxaaaaaaaaaaaaaaaa",
        serial=peers.MERCHANT_SERIAL.lower(),
        private_key_pem=peers.private_pem(peers.fresh_key("merchant")),
        api_v3_key=V3_KEY,
        api_v2_key=API_V2_KEY.decode(),
        platform_keys=(PlatformKey(id=peers.PUBLIC_KEY_ID, pem=peers.public_pem(peers.fresh_key("platform"))),),
        sub_mchid=sub_mchid,
        sub_appid=sub_appid,
        services=SERVICES,
        risk_cap_fen=1_000_000,
    )


def channel(
    agreement: Agreement = Agreement.AUTHORIZATION, *, sub_mchid: str | None = None, sub_appid: str | None = None
) -> Channel:
    """The identity of an order at the configured merchants: direct, partner, partner with the school's own app."""
    merchant_id = "direct" if sub_mchid is None else "partner" if sub_appid is None else "partner_app"
    return Channel(
        merchant_id=merchant_id,
        mchid="1900000001",
        appid="wxaaaaaaaaaaaaaaaa",
        service_id=None if agreement is Agreement.PAYMENT else SERVICES[agreement],
        sub_mchid=sub_mchid,
        sub_appid=sub_appid,
    )


def config(address: str, **limits: float) -> WechatConfig:
    return WechatConfig(
        public_url="https://learn.example.com/",
        endpoints=Endpoints.at(address),
        miniprogram=AppConfig(appid="wxaaaaaaaaaaaaaaaa", secret="mini-secret"),
        merchants=(
            merchant("direct"),
            merchant("partner", sub_mchid="1900000109"),
            merchant("partner_app", sub_mchid="1900000109", sub_appid="wxbbbbbbbbbbbbbbbb"),
        ),
        limits=Limits(pauses_s=(0.001, 0.001, 0.001), **{"connect_s": 1.0, "read_s": 1.0} | limits),
    )


@pytest.fixture
async def wechat(peer: peers.Peer, clock: peers.FrozenClock) -> AsyncIterator[Wechat]:
    async with (
        ClientSession() as session,
        open_wechat(config(peer.address), session, clock, peers.CountingIds()) as opened,
    ):
        yield opened
