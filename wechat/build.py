"""Builds everything of this package from its configuration, once."""

from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientSession

from models.merchant import Merchant
from wechat.config import AppConfig, MerchantConfig, WechatConfig
from wechat.login import Login
from wechat.needs import Clock, Ids
from wechat.oa.client import Messenger
from wechat.oa.protocol import Door
from wechat.pay.caller import MerchantBook
from wechat.pay.client import PayClient
from wechat.pay.http import PayHttp
from wechat.pay.keys import MerchantKeys, load_keys
from wechat.pay.notices import NoticeDoor
from wechat.token import AppCalls, MemoryTokens, TokenStore
from wechat.transport import ApiTransport

NOTICES_PATH = "/wechat/pay/notices"
"""Where the server listens for notices, one address a merchant: `{public_url}/wechat/pay/notices/{merchant_id}`."""


@dataclass(frozen=True)
class Wechat:
    """WeChat, ready for use. There is a door only where an app has a token to check pushes with."""

    pay: PayClient
    notice_door: NoticeDoor
    merchants: MerchantBook
    login: Login
    messenger: Messenger
    miniprogram_door: Door | None
    oa_door: Door | None


@asynccontextmanager
async def open_wechat(
    config: WechatConfig, session: ClientSession, clock: Clock, ids: Ids, tokens: TokenStore | None = None
) -> AsyncIterator[Wechat]:
    """Read every key once and build the clients; the HTTP session belongs to whoever opened it.

    `tokens` keeps access tokens, in this process when none is given. Raises UnusableKeyError before anything is opened.
    """
    keys = {merchant.id: load_keys(merchant, config.key_files) for merchant in config.merchants}
    merchants = MerchantBook({merchant.id: known_merchant(merchant) for merchant in config.merchants})
    transport = ApiTransport(session, config.endpoints.api, config.limits)
    kept = tokens or MemoryTokens()
    miniprogram, account = config.miniprogram, config.official_account
    calls = AppCalls(miniprogram, transport, clock, kept)
    with ThreadPoolExecutor(config.limits.signers, thread_name_prefix="wechat-sign") as signers:
        http = PayHttp(
            session, address=config.endpoints.pay, clock=clock, ids=ids, signers=signers, limits=config.limits
        )
        yield Wechat(
            pay=_pay(config, http, keys, merchants),
            notice_door=NoticeDoor(keys),
            merchants=merchants,
            login=Login(miniprogram, transport, calls),
            messenger=Messenger(miniprogram, calls, AppCalls(account, transport, clock, kept) if account else None),
            miniprogram_door=_door(miniprogram),
            oa_door=_door(account),
        )


def known_merchant(merchant: MerchantConfig) -> Merchant:
    """Return a merchant as the services see it: without its keys."""
    return Merchant(
        id=merchant.id,
        mchid=merchant.mchid,
        appid=merchant.appid,
        sub_mchid=merchant.sub_mchid,
        sub_appid=merchant.sub_appid,
        services=merchant.services,
        risk_cap_fen=merchant.risk_cap_fen,
    )


def _pay(config: WechatConfig, http: PayHttp, keys: Mapping[str, MerchantKeys], merchants: MerchantBook) -> PayClient:
    return PayClient(http, keys=keys, merchants=merchants, notices_url=config.public_url + NOTICES_PATH)


def _door(app: AppConfig | None) -> Door | None:
    return Door(app) if app and app.token.get_secret_value() else None
