"""Who orders: a direct merchant, or a service provider for one of its sub-merchants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wechat_simulator.errors import WeChatPayError

if TYPE_CHECKING:
    from wechat_simulator.accounts import Merchant
    from wechat_simulator.fields import Fields
    from wechat_simulator.surface import Call

_MERCHANT_NUMBER = 32
_APPID = 32


@dataclass(frozen=True, slots=True)
class Party:
    """The signing merchant, and the sub-merchant it acts for in the partner forms."""

    mchid: str
    sub_mchid: str | None = None

    def names(self) -> dict[str, str]:
        """Return the party as answers and notices spell it."""
        if self.sub_mchid is None:
            return {"mchid": self.mchid}
        return {"sp_mchid": self.mchid, "sub_mchid": self.sub_mchid}


def is_partner_route(call: Call) -> bool:
    """Return whether this is one of the ``/partner/`` paths."""
    return "/partner/" in call.route.path


def party(call: Call, fields: Fields) -> Party:
    """Return who acts; the numbers in body or query must be the signer's own.

    A provider must use the partner paths and a direct merchant must not: 403 NO_AUTH.
    """
    partner = is_partner_route(call)
    if partner != (call.merchant.kind == "partner"):
        raise WeChatPayError(403, "NO_AUTH", "商户号无此接口权限，请确认商户模式")
    name = "sp_mchid" if partner else "mchid"
    if fields.text(name, _MERCHANT_NUMBER) != call.merchant.mchid:
        raise fields.error(name, "http header中的mchid与post payload中的mchid不匹配")
    if not partner:
        return Party(call.merchant.mchid)
    sub_mchid = fields.text("sub_mchid", _MERCHANT_NUMBER)
    if call.merchant.sub_merchant(sub_mchid) is None:
        raise WeChatPayError(400, "MCH_NOT_EXISTS", "特约商户号不存在或不属于该服务商")
    return Party(call.merchant.mchid, sub_mchid)


@dataclass(frozen=True, slots=True)
class Apps:
    """The appids of an order: the merchant's (or provider's), and the sub-merchant's."""

    appid: str
    sub_appid: str | None = None


def apps(fields: Fields, merchant: Merchant, who: Party) -> Apps:
    """Return the appids of an order; each must be bound to its merchant."""
    appid = fields.text("appid" if who.sub_mchid is None else "sp_appid", _APPID)
    if appid not in merchant.appids:
        raise _unbound()
    if who.sub_mchid is None:
        return Apps(appid)
    sub_appid = fields.maybe_text("sub_appid", _APPID)
    sub = merchant.sub_merchant(who.sub_mchid)
    if sub_appid is not None and (sub is None or sub.sub_appid != sub_appid):
        raise _unbound()
    return Apps(appid, sub_appid)


def _unbound() -> WeChatPayError:
    return WeChatPayError(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")
