"""What the refund desk remembers: every refund, by the merchant's number and by WeChat's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from wechat_simulator.parts import Part

if TYPE_CHECKING:
    from wechat_simulator.world import World

PROCESSING, SUCCESS, CLOSED, ABNORMAL = "PROCESSING", "SUCCESS", "CLOSED", "ABNORMAL"
USER_PURSE = "支付用户零钱"
MERCHANT_CARD = "商户结算银行卡"


@dataclass
class Refund:
    """One refund; ``mchid`` is who signed. Amounts are fen, ``total`` is the payment's.

    ``request`` is the body of the first call, against which a repeat is compared. ``outcome`` is
    what the bank will say when ``PROCESSING`` ends.
    """

    mchid: str
    out_refund_no: str
    refund_id: str
    transaction_id: str
    out_trade_no: str
    user_id: str
    amount: int
    total: int
    request: dict[str, Any]
    created_at: datetime
    outcome: str = SUCCESS
    sub_mchid: str | None = None
    notify_url: str | None = None
    funds_account: str = "UNSETTLED"
    sources: list[dict[str, Any]] = field(default_factory=list)
    status: str = PROCESSING
    user_received_account: str = USER_PURSE
    finished_at: datetime | None = None

    @property
    def key(self) -> str:
        """Numbers are unique per signing merchant."""
        return refund_key(self.mchid, self.out_refund_no)


def refund_key(mchid: str, out_refund_no: str) -> str:
    """Return the key under which a merchant's number is kept."""
    return f"{mchid}|{out_refund_no}"


@dataclass
class Refunds(Part):
    """All refunds by key; ``by_transaction`` holds the keys of a payment's refunds in order."""

    name: ClassVar[str] = "refunds"
    refunds: dict[str, Refund] = field(default_factory=dict)
    by_id: dict[str, str] = field(default_factory=dict)
    by_transaction: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World) -> Refunds:
        """Return the refunds of ``world``."""
        return world.part(Refunds)

    def find(self, mchid: str, out_refund_no: str) -> Refund | None:
        """Return the refund with the merchant's number, or None."""
        return self.refunds.get(refund_key(mchid, out_refund_no))

    def with_id(self, refund_id: str) -> Refund | None:
        """Return the refund with WeChat's number, or None."""
        key = self.by_id.get(refund_id)
        return self.refunds[key] if key else None

    def of_payment(self, transaction_id: str) -> list[Refund]:
        """Return the refunds of a payment that were not closed, oldest first."""
        keys = self.by_transaction.get(transaction_id, [])
        return [self.refunds[key] for key in keys if self.refunds[key].status != CLOSED]

    def add(self, refund: Refund) -> None:
        """Remember a new refund."""
        self.refunds[refund.key] = refund
        self.by_id[refund.refund_id] = refund.key
        self.by_transaction.setdefault(refund.transaction_id, []).append(refund.key)
