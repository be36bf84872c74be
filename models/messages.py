"""What people say to us and what we say back, in our words; WeChat's XML and JSON stay in `wechat/`."""

from enum import StrEnum

from models.base import Entity, Moment, Value


class IncomingKind(StrEnum):
    """What arrived at the Official Account's (or Mini Program's) message door."""

    TEXT = "text"
    MENU_CLICK = "menu_click"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SCAN = "scan"
    SUBSCRIBE_GRANTS = "subscribe_grants"
    OTHER = "other"


class Grant(Value):
    """The user's word on one subscribe-message template; `sent` tells how an earlier send went."""

    template_id: str
    status: str


class Incoming(Value):
    """One message or event. `key` knows it again when WeChat sends it up to three times."""

    key: str
    appid: str
    account: str
    openid: str
    kind: IncomingKind
    sent_at: Moment
    text: str = ""
    event_key: str = ""
    grants: tuple[Grant, ...] = ()


class Reply(Value):
    """What we answer: a text, or nothing at all when it is empty."""

    text: str = ""


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


class InboxState(StrEnum):
    """How far an arrival got: begun is not done."""

    NEW = "new"
    RUNNING = "running"
    UNFINISHED = "unfinished"
    DONE = "done"


class Conversation(Entity):
    """What one Official Account user is in the middle of; forgotten when it expires."""

    id: str
    version: int = 0
    step: str = ""
    data: dict[str, str] = {}
    expires_at: Moment
