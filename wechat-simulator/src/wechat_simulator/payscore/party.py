"""Who asks, for whom, at which service: merchant or partner, appids, openids and their binding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wechat_simulator.errors import WeChatPayError

if TYPE_CHECKING:
    from wechat_simulator.accounts import Merchant, Service, SubMerchant
    from wechat_simulator.fields import Fields
    from wechat_simulator.surface import Call
    from wechat_simulator.users import User

_APPID_NUMERIC = 271302149


@dataclass(frozen=True, slots=True)
class Party:
    """The verified sides of a request; ``appid`` is empty on partner calls that carry none."""

    merchant: Merchant
    service: Service
    appid: str
    sub_mchid: str | None = None
    sub_appid: str | None = None

    @property
    def mchid(self) -> str:
        """The merchant that signs."""
        return self.merchant.mchid

    @property
    def service_id(self) -> str:
        """The service asked for."""
        return self.service.service_id

    def key(self, number: str) -> str:
        """Return the key under which this merchant's number is stored."""
        return f"{self.mchid}|{number}"


def is_partner(call: Call) -> bool:
    """Return whether the route is the partner form."""
    return "/partner/" in call.route.path


def party(call: Call, fields: Fields, *, with_appid: bool = True) -> Party:
    """Return who is meant by service_id, appid and the sub_ fields; NO_AUTH when not bound."""
    service_id = fields.text("service_id", 32)
    appid = fields.text("appid", 32) if with_appid else ""
    merchant, sub = sides(call, fields)
    service = merchant.service(service_id)
    if service is None:
        raise no_auth("商户暂无权限使用此服务")
    if appid and appid not in merchant.appids:
        raise no_auth("appid与商户号或服务ID未绑定", numeric=_APPID_NUMERIC)
    if sub is None:
        return Party(merchant, service, appid)
    return Party(merchant, service, appid, sub.sub_mchid, _sub_appid(sub, fields))


def sides(call: Call, fields: Fields) -> tuple[Merchant, SubMerchant | None]:
    """Return who signed and, on partner routes, the authorised sub-merchant he acts for."""
    if (call.merchant.kind == "partner") != is_partner(call):
        raise no_auth("商户暂无权限使用此接口")
    if not is_partner(call):
        return call.merchant, None
    return call.merchant, _sub_merchant(call.merchant, fields)


def _sub_merchant(merchant: Merchant, fields: Fields) -> SubMerchant:
    sub = merchant.sub_merchant(fields.text("sub_mchid", 32))
    if sub is None:
        raise no_auth("mchid与sub_mchid之间Mma绑定关系不存在")
    if not sub.authorized:
        raise no_auth("请检查sub_mchid是否授权mchid微信支付分产品权限")
    return sub


def _sub_appid(sub: SubMerchant, fields: Fields) -> str | None:
    sub_appid = fields.maybe_text("sub_appid", 32)
    if sub_appid is not None and sub_appid != sub.sub_appid:
        raise no_auth("sub_mchid与sub_appid之间Mma绑定关系不存在")
    return sub_appid


def no_auth(message: str, numeric: int | None = None) -> WeChatPayError:
    """Return the 403 for a merchant, service or user that are not bound.

    Source: "支付分排障手册", github.com/wechatpay-apiv3/wechatpay-skills
    """
    return WeChatPayError(403, "NO_AUTH", message, numeric=numeric)


def person(call: Call, who: Party, fields: Fields) -> User:
    """Return the user named by openid, or by sub_openid on partner calls; exactly one of both."""
    openid = fields.maybe_text("openid", 128)
    sub_openid = fields.maybe_text("sub_openid", 128) if who.sub_mchid else None
    if (openid is None) == (sub_openid is None):
        if openid is None:
            raise fields.missing("openid")
        raise fields.error("openid", "openid与sub_openid必须且只能传一个")
    if sub_openid is not None and who.sub_appid is None:
        raise fields.error("sub_appid", "传sub_openid时必填")
    appid = who.appid if openid is not None else who.sub_appid or ""
    user = call.world.users.by_openid(appid, openid or sub_openid or "")
    if user is None:
        raise fields.error("openid", "openid与appid不匹配")
    return user
