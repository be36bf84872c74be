"""A WeChat Pay account, and the exact identity at WeChat that it gives to one order."""

from models.base import Fen, Value
from models.errors import Conflict
from models.fee_mode import Agreement


class Merchant(Value):
    """A WeChat Pay account as the services see it; its keys never leave `wechat/`.

    `sub_mchid` and `sub_appid` are set when a service provider (partner) acts for a school.
    """

    id: str
    mchid: str
    appid: str
    sub_mchid: str | None = None
    sub_appid: str | None = None
    services: dict[Agreement, str] = {}
    risk_cap_fen: Fen


class Channel(Value):
    """The exact identity of one order at WeChat, frozen onto it: every call carries these and no others."""

    merchant_id: str
    mchid: str
    appid: str
    service_id: str | None = None
    sub_mchid: str | None = None
    sub_appid: str | None = None


def resolve_channel(merchant: Merchant, agreement: Agreement) -> Channel:
    """The one resolver of an order's identity at WeChat; raises Conflict when the merchant lacks the service."""
    service_id = merchant.services.get(agreement)
    if service_id is None and agreement is not Agreement.PAYMENT:
        raise Conflict("service_not_configured", merchant=merchant.id, agreement=agreement)
    return Channel(
        merchant_id=merchant.id,
        mchid=merchant.mchid,
        appid=merchant.appid,
        service_id=service_id,
        sub_mchid=merchant.sub_mchid,
        sub_appid=merchant.sub_appid,
    )
