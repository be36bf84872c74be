"""What WeChat Pay announces and answers, read into our words; nothing here knows its JSON."""

from enum import StrEnum

from pydantic import SecretStr

from models.authorization import AuthorizationState
from models.base import Fen, Moment, PositiveFen, Value
from models.charge import ChannelReading, RefundState
from models.merchant import Channel, Origin


class PayNoticeKind(StrEnum):
    """What a WeChat Pay notice announces."""

    SERVICE_OPENED = "service_opened"
    SERVICE_CLOSED = "service_closed"
    ORDER_CONFIRMED = "order_confirmed"
    ORDER_PAID = "order_paid"
    PLAN_SIGNED = "plan_signed"
    PLAN_CANCELLED = "plan_cancelled"
    PAYMENT_SUCCEEDED = "payment_succeeded"
    REFUND_SUCCEEDED = "refund_succeeded"
    REFUND_ABNORMAL = "refund_abnormal"
    REFUND_CLOSED = "refund_closed"
    COMPLAINT = "complaint"
    OTHER = "other"


class AuthorizationReading(Value):
    """What WeChat says about one learner's standing permission."""

    origin: Origin
    openid: str | None
    state: AuthorizationState
    code: str | None = None
    at: Moment | None = None

    @property
    def number(self) -> str:
        """Whom this is about."""
        return self.openid or ""


class PlanReading(Value):
    """What WeChat says about one signed plan. `state` is unsigned, signed, cancelled, complete or expired."""

    origin: Origin
    plan_no: str
    sign_plan_id: str
    state: str
    cancelled_by: str = ""
    at: Moment | None = None

    @property
    def number(self) -> str:
        """Our number of what this is about."""
        return self.plan_no


class RefundReading(Value):
    """What WeChat says about one refund, found again by our own number."""

    origin: Origin
    refund_no: str
    state: RefundState
    problem: str = ""
    refunded_at: Moment | None = None
    amount_fen: Fen | None = None
    refund_id: str = ""

    @property
    def number(self) -> str:
        """Our number of what this is about."""
        return self.refund_no


class PayNotice(Value):
    """One verified, decrypted notice.

    `key` is event, origin and what it is about: the same however often it is sent, and never that of another merchant.
    """

    key: str
    notice_id: str
    event: str
    kind: PayNoticeKind
    merchant_id: str
    charge: ChannelReading | None = None
    authorization: AuthorizationReading | None = None
    plan: PlanReading | None = None
    refund: RefundReading | None = None


class FeeLine(Value):
    """One line of fees as WeChat's pages show it: name <= 20 characters, description <= 30."""

    name: str
    amount_fen: Fen
    description: str = ""
    count: int = 1


class ServiceRequest(Value):
    """A service order to open at WeChat under our number; repeating it must repeat every field."""

    channel: Channel
    no: str
    openid: str
    introduction: str
    fees: tuple[FeeLine, ...]
    estimate_fen: PositiveFen
    need_confirm: bool
    attach: str = ""


class PlanRequest(Value):
    """A plan (product template) at WeChat: one priced detail per lesson, prices never rising."""

    channel: Channel
    no: str
    name: str
    duration_days: int
    lesson_titles: tuple[str, ...]
    prices_fen: tuple[PositiveFen, ...]


class PaymentRequest(Value):
    """An ordinary JSAPI payment (prepay)."""

    channel: Channel
    no: str
    openid: str
    description: str
    amount_fen: PositiveFen
    expires_at: Moment


class RefundRequest(Value):
    """Money to give back, named by WeChat's transaction id, never by our order number."""

    channel: Channel
    no: str
    transaction_id: str
    refund_fen: PositiveFen
    total_fen: PositiveFen
    reason: str


class RedirectRequest(Value):
    """An abnormal refund to send to another account; WeChat knows it by its own number here."""

    channel: Channel
    no: str
    refund_id: str


class BankCard(Value):
    """The learner's card that takes what the original account did not; on its way to WeChat only, never kept."""

    bank_type: str
    number: SecretStr
    holder: SecretStr


class WxCall(Value):
    """What the Mini Program must pass to WeChat next: `wx.openBusinessView` or `wx.requestPayment`."""

    api: str
    params: dict[str, object]
