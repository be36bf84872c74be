"""What ordinary payment remembers: JSAPI orders and the prepay ids that open their cashier."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from wechat_simulator.parts import Part

if TYPE_CHECKING:
    from wechat_simulator.world import World

NOTPAY, SUCCESS, CLOSED = "NOTPAY", "SUCCESS", "CLOSED"


@dataclass
class Trade:
    """A JSAPI order; ``mchid`` is who signed, ``payer`` the openids as they were sent.

    ``appid`` is the direct merchant's or the provider's (sp_appid). ``request`` is the body of the
    first call, against which a re-entry is compared. A refund does not change ``state``.
    """

    mchid: str
    out_trade_no: str
    appid: str
    description: str
    total: int
    notify_url: str
    user_id: str
    payer: dict[str, str]
    request: dict[str, Any]
    created_at: datetime
    expires_at: datetime
    sub_mchid: str | None = None
    sub_appid: str | None = None
    attach: str | None = None
    scene_info: dict[str, Any] | None = None
    profit_sharing: bool = False
    state: str = NOTPAY
    prepay_id: str = ""
    prepay_expires_at: datetime | None = None
    transaction_id: str | None = None
    paid_at: datetime | None = None

    @property
    def key(self) -> str:
        """Numbers are unique per signing merchant."""
        return trade_key(self.mchid, self.out_trade_no)

    @property
    def cashier_appid(self) -> str:
        """The app that may call ``wx.requestPayment``: the one whose openid was named."""
        return self.sub_appid if "sub_openid" in self.payer and self.sub_appid else self.appid


def trade_key(mchid: str, out_trade_no: str) -> str:
    """Return the key under which a merchant's number is kept."""
    return f"{mchid}|{out_trade_no}"


@dataclass
class Trades(Part):
    """All JSAPI orders; ``burnt`` holds numbers that were closed before they were ordered."""

    name: ClassVar[str] = "trades"
    trades: dict[str, Trade] = field(default_factory=dict)
    by_prepay_id: dict[str, str] = field(default_factory=dict)
    by_transaction: dict[str, str] = field(default_factory=dict)
    burnt: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, world: World) -> Trades:
        """Return the orders of ``world``."""
        return world.part(Trades)

    def find(self, mchid: str, out_trade_no: str) -> Trade | None:
        """Return the order with this number, or None."""
        return self.trades.get(trade_key(mchid, out_trade_no))

    def prepaid(self, prepay_id: str) -> Trade | None:
        """Return the order a prepay id was ever made for, or None."""
        key = self.by_prepay_id.get(prepay_id)
        return self.trades[key] if key else None

    def paid_as(self, transaction_id: str) -> Trade | None:
        """Return the order paid under this transaction id, or None (Pay Score has no trade)."""
        key = self.by_transaction.get(transaction_id)
        return self.trades[key] if key else None
