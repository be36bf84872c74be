"""Builds everything of this package from its configuration, once."""

from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientSession

from models.institution import Merchant
from wechat.config import MerchantConfig, WechatConfig
from wechat.needs import Clock, Ids
from wechat.pay.caller import MerchantBook
from wechat.pay.client import PayClient
from wechat.pay.http import PayHttp
from wechat.pay.keys import MerchantKeys, load_keys
from wechat.pay.notices import NoticeDoor

NOTICES_PATH = "/wechat/pay/notices"
"""Where the server listens for notices, one address a merchant: `{public_url}/wechat/pay/notices/{merchant_id}`."""


@dataclass(frozen=True)
class Wechat:
    """WeChat, ready for use."""

    pay: PayClient
    notice_door: NoticeDoor
    merchants: MerchantBook


@asynccontextmanager
async def open_wechat(config: WechatConfig, session: ClientSession, clock: Clock, ids: Ids) -> AsyncIterator[Wechat]:
    """Read every key once and build the clients; the HTTP session belongs to whoever opened it.

    Raises UnusableKeyError before anything is opened.
    """
    keys = {merchant.id: load_keys(merchant, config.key_files) for merchant in config.merchants}
    merchants = MerchantBook({merchant.id: known_merchant(merchant) for merchant in config.merchants})
    with ThreadPoolExecutor(config.limits.signers, thread_name_prefix="wechat-sign") as signers:
        http = PayHttp(
            session, address=config.endpoints.pay, clock=clock, ids=ids, signers=signers, limits=config.limits
        )
        yield Wechat(pay=_pay(config, http, keys, merchants), notice_door=NoticeDoor(keys), merchants=merchants)


def known_merchant(merchant: MerchantConfig) -> Merchant:
    """Give a merchant as the services see it: without its keys."""
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
