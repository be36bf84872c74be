"""Everything outside the rules, bundled: built once in `server/outside.py` and handed to each use case."""

from dataclasses import dataclass

from services.ports.database import Generations, Unreadables
from services.ports.outside import (
    Clock,
    Ids,
    LoginGateway,
    Merchants,
    MessageDoor,
    Messenger,
    NoticeDoor,
    WebhookSender,
)
from services.ports.pay import (
    AuthorizationGateway,
    PaymentGateway,
    PlanGateway,
    RefundGateway,
    ServiceGateway,
)
from services.ports.people import Conversations, Grants, Learners, Sessions
from services.ports.stores import (
    Authorizations,
    Contracts,
    Courses,
    Deliveries,
    Exceptions,
    Facts,
    Inbox,
    Institutions,
    Orders,
)
from services.settings import Settings

__all__ = ["Ports"]


@dataclass(frozen=True)
class Ports:
    """The outside, by name, and the settings the use cases read."""

    clock: Clock
    ids: Ids
    merchants: Merchants
    authorization_gateway: AuthorizationGateway
    service_gateway: ServiceGateway
    plan_gateway: PlanGateway
    payment_gateway: PaymentGateway
    refund_gateway: RefundGateway
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
    unreadables: Unreadables
    generations: Generations
    settings: Settings
    oa_door: MessageDoor | None = None
    miniprogram_door: MessageDoor | None = None
