"""The outsiders the services talk to, as the services need them. `wechat/`, `webhooks/` and `server/` fit by shape."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from models.charge import ChannelReading, Completion
from models.delivery import WebhookEndpoint
from models.merchant import Channel, Merchant
from models.messages import Incoming, Reply
from models.notices import (
    AuthorizationReading,
    FeeLine,
    PaymentRequest,
    PayNotice,
    PlanReading,
    PlanRequest,
    RefundReading,
    RefundRequest,
    ServiceRequest,
    WxCall,
)


class Clock(Protocol):
    """Domain time: due dates, windows, fences, freshness."""

    async def now(self) -> datetime:
        """Return the present instant, aware, in UTC, to the millisecond: no more is stored."""
        ...


class Ids(Protocol):
    """Unguessable numbers, made outside the rules so that the rules stay repeatable."""

    def new(self, prefix: str) -> str:
        """Make an id of ours: the prefix and 20 random characters of A-Z2-7."""
        ...

    def token(self) -> str:
        """Make a secret of 32 random bytes, URL-safe."""
        ...


class Merchants(Protocol):
    """The merchants this installation is configured with."""

    def get(self, merchant_id: str) -> Merchant:
        """Return a merchant; raises Conflict `merchant_not_configured` for an id the configuration lacks."""
        ...


class PayGateway(Protocol):
    """WeChat Pay in our words.

    Every call may raise Declined (WeChat's no, named), Conflict `wechat_state` (not possible in the present state
    at WeChat), or OutsideFailure (the outcome is unknown: ask, then repeat the same request).
    """

    async def apply_authorization(self, channel: Channel, code: str) -> WxCall:
        """Prepare the authorization page for our code (valid one hour; may be asked again)."""
        ...

    async def query_authorization(self, channel: Channel, openid: str) -> AuthorizationReading | None:
        """Ask whether this user authorises this service; None when they never did."""
        ...

    async def terminate_authorization(self, channel: Channel, openid: str, reason: str) -> None:
        """Take the permission back from our side; refused while orders are unfinished."""
        ...

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

    async def prepay(self, request: PaymentRequest, at: datetime, nonce: str) -> WxCall:
        """Create (or re-enter) a JSAPI payment; gives the signed wx.requestPayment call."""
        ...

    async def query_payment(self, channel: Channel, payment_no: str) -> ChannelReading | None:
        """Ask for a JSAPI payment by our number."""
        ...

    async def close_payment(self, channel: Channel, payment_no: str) -> None:
        """Close an unpaid JSAPI payment."""
        ...

    async def refund(self, request: RefundRequest) -> RefundReading:
        """Ask for a refund; the answer only means accepted. The same number is the same refund."""
        ...

    async def query_refund(self, channel: Channel, refund_no: str) -> RefundReading | None:
        """Ask for a refund by our number."""
        ...


class NoticeDoor(Protocol):
    """Opens WeChat Pay's notices: verify on the raw bytes first, then decrypt, then read."""

    def open(self, merchant_id: str, headers: Mapping[str, str], body: bytes, now: datetime) -> PayNotice:
        """Return the notice; raises NotAuthenticated (signature, freshness, key) or InvalidInput (content)."""
        ...


class MessageDoor(Protocol):
    """Opens what WeChat pushes for one Official Account or Mini Program, and seals the passive reply."""

    def echo(self, query: Mapping[str, str]) -> str:
        """Answer the console's address check; raises NotAuthenticated for a wrong signature."""
        ...

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> Incoming:
        """Verify, decrypt and read one push; raises NotAuthenticated or InvalidInput."""
        ...

    def seal(self, incoming: Incoming, reply: Reply, now: datetime, nonce: str) -> bytes:
        """Render the passive reply, encrypted as the push was."""
        ...


class LoginGateway(Protocol):
    """The Mini Program's own server calls about who somebody is."""

    async def exchange_code(self, code: str) -> tuple[str, str | None]:
        """Trade a one-time log-in code for (openid, unionid); never repeated. Raises NotAuthenticated."""
        ...

    async def phone_number(self, code: str) -> str:
        """Trade a phone code for the number."""
        ...


class Messenger(Protocol):
    """Messages to one user. Each raises Declined when WeChat will not take it, OutsideFailure when unknown."""

    async def send_text(self, oa_openid: str, text: str) -> None:
        """Send a customer-service text in the Official Account."""
        ...

    async def send_subscribe(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> None:
        """Send a Mini Program subscribe message; values must already fit their types."""
        ...

    async def unionid_of(self, oa_openid: str) -> str | None:
        """Ask which person follows the Official Account under this openid."""
        ...


class WebhookSender(Protocol):
    """Posts a signed body to an institution."""

    async def send(
        self, endpoint: WebhookEndpoint, message_id: str, body: bytes, at: datetime
    ) -> tuple[int, timedelta | None, str]:
        """Return (HTTP status or 0, Retry-After, note); never raises for what a receiver does wrong."""
        ...
