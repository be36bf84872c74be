"""WeChat Pay in our words, cut by what callers need.

Every call may raise Declined (WeChat's no, named), Conflict `wechat_state` (not possible in the present state at
WeChat), or OutsideFailure (the outcome is unknown: ask, then repeat the same request).
"""

from datetime import datetime
from typing import Protocol

from models.charge import ChannelReading, Completion
from models.merchant import Channel
from models.notices import (
    AuthorizationReading,
    BankCard,
    FeeLine,
    PaymentRequest,
    PlanReading,
    PlanRequest,
    RedirectRequest,
    RefundReading,
    RefundRequest,
    ServiceRequest,
    WxCall,
)


class AuthorizationGateway(Protocol):
    """Standing permissions at WeChat Pay Score."""

    async def apply_authorization(self, channel: Channel, code: str) -> WxCall:
        """Prepare the authorization page for our code (valid one hour; may be asked again)."""
        ...

    async def query_authorization(self, channel: Channel, openid: str) -> AuthorizationReading | None:
        """Ask whether this user authorises this service; None when they never did."""
        ...

    async def terminate_authorization(self, channel: Channel, openid: str, reason: str) -> None:
        """Take the permission back from our side; refused while orders are unfinished."""
        ...


class ServiceGateway(Protocol):
    """Service orders at WeChat Pay Score: opened, completed, cancelled, lowered, told of payment elsewhere."""

    async def open_service(self, request: ServiceRequest) -> tuple[ChannelReading, WxCall | None]:
        """Create the service order; with need_confirm the call that opens its confirm page comes along."""
        ...

    async def query_service(self, channel: Channel, charge_no: str) -> ChannelReading | None:
        """Ask for the service order; None when WeChat knows no such number."""
        ...

    async def complete_service(
        self, channel: Channel, charge_no: str, completion: Completion, fees: tuple[FeeLine, ...]
    ) -> ChannelReading:
        """Ask for the money: the fee lines sum to the completion's amount."""
        ...

    async def cancel_service(self, channel: Channel, charge_no: str, reason: str) -> None:
        """Close the service order without a charge; repeating it with the same reason succeeds."""
        ...

    async def lower_service(
        self, channel: Channel, charge_no: str, fees: tuple[FeeLine, ...], amount_fen: int, reason: str
    ) -> ChannelReading:
        """Lower what a waiting service order asks for (modify)."""
        ...

    async def sync_paid(self, channel: Channel, charge_no: str, paid_at: datetime) -> ChannelReading:
        """Tell WeChat the learner paid outside it, so that it stops deducting."""
        ...

    def detail_view(self, channel: Channel, charge_no: str, at: datetime, nonce: str) -> WxCall:
        """Build the signed call that shows the service order inside WeChat."""
        ...


class PlanGateway(Protocol):
    """Plans at WeChat Pay Score: offered, signed, stopped, and their lessons opened one by one."""

    async def ensure_plan(self, request: PlanRequest) -> str:
        """Create the plan, or find it by our number; gives WeChat's plan id."""
        ...

    async def sign_plan(
        self, channel: Channel, plan_id: str, plan_no: str, openid: str, charge_nos: tuple[str, ...]
    ) -> tuple[PlanReading, WxCall]:
        """Offer the plan to this user: one detail number per lesson; gives the call that opens the sign page."""
        ...

    async def query_plan(self, channel: Channel, plan_no: str) -> PlanReading | None:
        """Ask for the signed plan; None when WeChat knows no such number."""
        ...

    async def stop_plan(self, channel: Channel, plan_no: str, reason: str) -> PlanReading:
        """Stop the signed plan from our side."""
        ...

    async def open_lesson(self, request: ServiceRequest, sign_plan_id: str, lesson_n: int) -> ChannelReading:
        """Create the service order of one lesson of a signed plan."""
        ...


class PaymentGateway(Protocol):
    """Ordinary JSAPI payments, paid in advance."""

    async def prepay(self, request: PaymentRequest, at: datetime, nonce: str) -> WxCall:
        """Create (or re-enter) a JSAPI payment; gives the signed wx.requestPayment call."""
        ...

    async def query_payment(self, channel: Channel, payment_no: str) -> ChannelReading | None:
        """Ask for a JSAPI payment by our number."""
        ...

    async def close_payment(self, channel: Channel, payment_no: str) -> None:
        """Close an unpaid JSAPI payment."""
        ...


class RefundGateway(Protocol):
    """Money given back."""

    async def refund(self, request: RefundRequest) -> RefundReading:
        """Ask for a refund; the answer only means accepted. The same number is the same refund."""
        ...

    async def query_refund(self, channel: Channel, refund_no: str) -> RefundReading | None:
        """Ask for a refund by our number."""
        ...

    async def redirect_refund(self, request: RedirectRequest, card: BankCard | None) -> RefundReading:
        """Send a refund its account did not take to this card, or without one to the merchant's own account."""
        ...
