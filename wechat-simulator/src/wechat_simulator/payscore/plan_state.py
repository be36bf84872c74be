"""What Pay Score remembers about plans and the users who signed them.

Source: "支付分计划", pay.weixin.qq.com/docs/partner/products/partner-payscore-plan/development.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

UNSIGNED, SIGNED, CANCELLED = "UNSIGNED", "SIGNED", "SIGN_PLAN_CANCEL"
COMPLETE, EXPIRE = "COMPLETE", "EXPIRE"
NOT_USED, USING, USED, DETAIL_CANCELLED = "NOT_USED", "USING", "USED", "SIGN_PLAN_DETAIL_CANCEL"


@dataclass
class PlanDetail:
    """One period of a plan: what it costs, before and after its discount, in fen."""

    plan_detail_no: int
    plan_detail_name: str
    original_price: int
    actual_price: int
    plan_discount_description: str | None = None


@dataclass
class Plan:
    """A product template: one per course, not per user."""

    plan_id: str
    mchid: str
    service_id: str
    appid: str
    merchant_plan_no: str
    plan_name: str
    plan_duration: int
    deduction_quantity: int
    total_original_price: int
    total_actual_price: int
    plan_detail_list: list[PlanDetail]
    sub_mchid: str | None = None
    sub_appid: str | None = None
    plan_state: str = "NORMAL"
    stop_mchid: str | None = None
    stopped_at: datetime | None = None

    @property
    def key(self) -> str:
        """Plan numbers are unique per signing merchant."""
        return f"{self.mchid}|{self.merchant_plan_no}"


@dataclass
class SignedDetail:
    """One period of one user's plan; its order's number is fixed at signing."""

    plan_detail_no: int
    plan_detail_name: str
    original_price: int
    actual_price: int
    merchant_plan_detail_no: str
    plan_discount_description: str | None = None
    plan_detail_state: str = NOT_USED
    order_id: str = ""
    actual_pay_price: int = 0
    used_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def settled(self) -> bool:
        """Whether the next period may begin."""
        return self.plan_detail_state in (USED, DETAIL_CANCELLED)


@dataclass
class SignPlan:
    """One user's signature under a plan."""

    sign_plan_id: str
    mchid: str
    service_id: str
    appid: str
    merchant_sign_plan_no: str
    notify_url: str
    plan_key: str
    user_id: str
    over_at: datetime
    request: dict[str, Any]
    details: list[SignedDetail] = field(default_factory=list)
    sub_mchid: str | None = None
    sub_appid: str | None = None
    sign_state: str = UNSIGNED
    signed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_sign_type: str = "NOT_CANCEL"
    cancel_reason: str = ""

    @property
    def key(self) -> str:
        """Sign plan numbers are unique per signing merchant."""
        return f"{self.mchid}|{self.merchant_sign_plan_no}"

    @property
    def going_detail_no(self) -> int:
        """The period the user has come to; 0 before the first."""
        begun = [d.plan_detail_no for d in self.details if d.plan_detail_state != NOT_USED]
        return max(begun, default=0)

    def detail(self, number: int) -> SignedDetail | None:
        """Return the period ``number`` (from 1), or None."""
        return self.details[number - 1] if 1 <= number <= len(self.details) else None

    def settle(self, number: int, *, paid_fen: int | None, now: datetime) -> None:
        """Close a period: paid (0 fen included), or cancelled when ``paid_fen`` is None."""
        detail = self.details[number - 1]
        if paid_fen is None:
            detail.plan_detail_state, detail.cancelled_at = DETAIL_CANCELLED, now
        else:
            detail.plan_detail_state, detail.completed_at = USED, now
            detail.actual_pay_price = paid_fen
        if self.sign_state == SIGNED and all(d.settled for d in self.details):
            self.sign_state = COMPLETE

    def cancel(self, kind: str, reason: str, now: datetime) -> None:
        """End the signature; ``kind`` is USER, MERCHANT or REVOKE_SERVICE."""
        self.sign_state, self.cancelled_at = CANCELLED, now
        self.cancel_sign_type, self.cancel_reason = kind, reason
