"""Who is registered with WeChat in a fresh world: apps, merchants, their services and secrets.

Names and secrets are the same in every world, so that a configuration survives a reset.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from wechat_simulator.parts import Part

if TYPE_CHECKING:
    from wechat_simulator.ids import Ids

AppKind = Literal["miniprogram", "official_account"]
MerchantKind = Literal["direct", "partner"]
RiskFamily = Literal["enjoy_first", "deposit_waived"]
ServiceKind = Literal["no_confirm", "need_confirm", "plan"]


@dataclass
class Template:
    """A message template of an app: its title and its typed keys such as ``thing1``."""

    template_id: str
    title: str
    fields: list[str]


@dataclass
class App:
    """A Mini Program or an Official Account, with what its console shows."""

    kind: AppKind
    appid: str
    secret: str
    token: str
    encoding_aes_key: str
    original_id: str
    templates: list[Template]
    name: str = ""


@dataclass
class Service:
    """A Pay Score service: its kind and the limits WeChat's operations fixed for it."""

    service_id: str
    kind: ServiceKind
    risk_cap_fen: int = 1_000_000
    max_plan_days: int = 365
    max_deductions: int = 100
    direct_complete: bool = False
    risk_family: RiskFamily = "enjoy_first"


@dataclass
class SubMerchant:
    """An institution under a partner; ``authorized`` = both sides accepted the product."""

    sub_mchid: str
    sub_appid: str
    authorized: bool = True
    name: str = ""


@dataclass
class Merchant:
    """A merchant account; ``kind`` partner acts for its sub-merchants."""

    mchid: str
    kind: MerchantKind
    api_v3_key: str
    api_v2_key: str
    appids: list[str]
    services: list[Service]
    sub_merchants: list[SubMerchant] = field(default_factory=list)
    certificate: int = 1
    name: str = ""

    @property
    def key_slot(self) -> str:
        """The slot of its API certificate in the key ring; a renewed one has its own."""
        renewal = f":{self.certificate}" if self.certificate > 1 else ""
        return f"merchant:{self.mchid}{renewal}"

    def service(self, service_id: str) -> Service | None:
        """Return the service, or None when it is not this merchant's."""
        return next((s for s in self.services if s.service_id == service_id), None)

    def sub_merchant(self, sub_mchid: str) -> SubMerchant | None:
        """Return the sub-merchant, or None when it is not this partner's."""
        return next((s for s in self.sub_merchants if s.sub_mchid == sub_mchid), None)


@dataclass
class Accounts(Part):
    """All apps and merchants of a world."""

    name: ClassVar[str] = "accounts"
    apps: list[App] = field(default_factory=list)
    merchants: list[Merchant] = field(default_factory=list)

    @classmethod
    def fresh(cls, ids: Ids) -> Self:
        """Return the default world: two apps, two direct merchants, one partner."""
        del ids
        return cls(apps=_default_apps(), merchants=_default_merchants())

    @property
    def miniprogram(self) -> App:
        """The first Mini Program."""
        return next(app for app in self.apps if app.kind == "miniprogram")

    @property
    def official_account(self) -> App:
        """The first Official Account."""
        return next(app for app in self.apps if app.kind == "official_account")

    def app(self, appid: str) -> App | None:
        """Return the app, or None."""
        return next((app for app in self.apps if app.appid == appid), None)

    def merchant(self, mchid: str) -> Merchant | None:
        """Return the merchant that signs requests as ``mchid``, or None."""
        return next((m for m in self.merchants if m.mchid == mchid), None)

    def merchant_name(self, mchid: str, sub_mchid: str | None = None) -> str:
        """Return the name users read on WeChat's pages: the sub-merchant's where there is one."""
        merchant = self.merchant(mchid)
        if merchant is None:
            return mchid
        sub = merchant.sub_merchant(sub_mchid) if sub_mchid else None
        return sub.name if sub else merchant.name

    def appids(self) -> list[str]:
        """Return every appid for which a user has an openid."""
        subs = [s.sub_appid for m in self.merchants for s in m.sub_merchants]
        return list(dict.fromkeys([app.appid for app in self.apps] + subs))


MINIPROGRAM_APPID = "wx5c0de00000000001"
OFFICIAL_ACCOUNT_APPID = "wx5c0de00000000002"

_MINIPROGRAM_TEMPLATES = {
    "扣款成功通知": ["thing1", "amount2", "time3", "thing4"],
    "上课确认提醒": ["thing1", "thing2", "time3"],
    "课程结束通知": ["thing1", "amount2", "thing3"],
}
_OFFICIAL_ACCOUNT_TEMPLATES = {"扣款通知": ["thing1", "amount2", "time3"]}


def _secret(purpose: str, length: int) -> str:
    return hashlib.shake_256(purpose.encode()).hexdigest(length)[:length]


def _template_id(appid: str, title: str) -> str:
    digest = hashlib.sha256(f"{appid}:{title}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:43]


def _app(kind: AppKind, appid: str, name: str, templates: dict[str, list[str]]) -> App:
    return App(
        kind=kind,
        appid=appid,
        secret=_secret(f"secret:{appid}", 32),
        token=_secret(f"token:{appid}", 24),
        # letters and digits only, as the console demands; a last A leaves no stray bits
        encoding_aes_key=_secret(f"aes:{appid}", 42) + "A",
        original_id="gh_" + _secret(f"original:{appid}", 12),
        templates=[Template(_template_id(appid, t), t, keys) for t, keys in templates.items()],
        name=name,
    )


def _default_apps() -> list[App]:
    return [
        _app("miniprogram", MINIPROGRAM_APPID, "先学后付", _MINIPROGRAM_TEMPLATES),
        _app("official_account", OFFICIAL_ACCOUNT_APPID, "先学课堂", _OFFICIAL_ACCOUNT_TEMPLATES),
    ]


def _services(mchid: str) -> list[Service]:
    kinds: tuple[ServiceKind, ...] = ("no_confirm", "need_confirm", "plan")
    return [Service(f"{mchid}{n:022d}", kind) for n, kind in enumerate(kinds, start=1)]


def _merchant(mchid: str, kind: MerchantKind, name: str, subs: list[SubMerchant]) -> Merchant:
    return Merchant(
        mchid=mchid,
        kind=kind,
        api_v3_key=_secret(f"api_v3:{mchid}", 32),
        api_v2_key=_secret(f"api_v2:{mchid}", 32),
        appids=[MINIPROGRAM_APPID, OFFICIAL_ACCOUNT_APPID],
        services=_services(mchid),
        sub_merchants=subs,
        name=name,
    )


def _default_merchants() -> list[Merchant]:
    subs = [
        SubMerchant("1900000201", "wx5c0de00000000011", name="晨光学校"),
        SubMerchant("1900000202", "wx5c0de00000000012", name="远山学校"),
    ]
    return [
        _merchant("1900000001", "direct", "青禾教育", []),
        _merchant("1900000002", "direct", "星河素质教育", []),
        _merchant("1900000100", "partner", "聚学服务平台", subs),
    ]
