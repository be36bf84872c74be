"""Everything outside the rules, bundled: built once in `server/app.py` and handed to each use case."""

from dataclasses import dataclass
from datetime import timedelta

from services.ports.outside import (
    Clock,
    Ids,
    LoginGateway,
    Merchants,
    MessageDoor,
    Messenger,
    NoticeDoor,
    PayGateway,
    WebhookSender,
)
from services.ports.stores import (
    Authorizations,
    Contracts,
    Conversations,
    Courses,
    Deliveries,
    Exceptions,
    Facts,
    Grants,
    Inbox,
    Institutions,
    Learners,
    Orders,
    Sessions,
)

__all__ = ["Ports", "Templates"]


@dataclass(frozen=True)
class Templates:
    """Which subscribe-message template is used for what, and in which fields its values go."""

    charged_id: str = ""
    charged_fields: tuple[str, ...] = ("thing1", "amount2", "time3", "thing4")


@dataclass(frozen=True)
class Ports:
    """The outside, by name."""

    clock: Clock
    ids: Ids
    merchants: Merchants
    pay: PayGateway
    login: LoginGateway
    messenger: Messenger
    sender: WebhookSender
    notice_door: NoticeDoor
    orders: Orders
    facts: Facts
    learners: Learners
    sessions: Sessions
    courses: Courses
    institutions: Institutions
    contracts: Contracts
    authorizations: Authorizations
    inbox: Inbox
    deliveries: Deliveries
    exceptions: Exceptions
    grants: Grants
    conversations: Conversations
    templates: Templates
    miniprogram_appid: str
    allow_private_webhooks: bool = False
    lease: timedelta = timedelta(seconds=60)
    """How long claimed work is left alone: longer than any one item takes, WeChat's time-outs included."""
    oa_door: MessageDoor | None = None
    miniprogram_door: MessageDoor | None = None
