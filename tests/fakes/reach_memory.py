"""The stores a test of the reaching-out services needs, in memory."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from models.delivery import Delivery, DeliveryState, WebhookEndpoint
from models.errors import Stale
from models.facts import Fact
from models.learner import Learner
from models.messages import Conversation, InboxState
from models.order import Order


class MemoryOrders:
    def __init__(self) -> None:
        self.kept: dict[str, Order] = {}

    async def add(self, order: Order) -> Order:
        self.kept[order.no] = deepcopy(order)
        return order

    async def get(self, no: str) -> Order | None:
        return deepcopy(self.kept.get(no))

    async def save(self, order: Order) -> None:
        if self.kept[order.no].version != order.version:
            raise Stale
        order.version += 1
        self.kept[order.no] = deepcopy(order)

    async def of_learner(
        self, learner_id: str, *, states: object = (), after: str = "", limit: int = 20
    ) -> list[Order]:
        del states, after
        mine = [order for order in self.kept.values() if order.buyer.learner_id == learner_id]
        return deepcopy(sorted(mine, key=lambda order: order.no, reverse=True)[:limit])

    async def published(self, no: str, up_to_seq: int) -> None:
        order = self.kept[no]
        order.facts = [fact for fact in order.facts if fact.seq > up_to_seq]
        order.version += 1


class MemoryFacts:
    def __init__(self) -> None:
        self.kept: dict[str, Fact] = {}

    async def add(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            self.kept.setdefault(fact.id, fact)

    async def of_order(self, order_no: str) -> list[Fact]:
        return sorted((fact for fact in self.kept.values() if fact.order_no == order_no), key=lambda fact: fact.seq)


class MemoryLearners:
    def __init__(self) -> None:
        self.kept: dict[str, Learner] = {}

    async def get(self, learner_id: str) -> Learner | None:
        return deepcopy(self.kept.get(learner_id))

    async def by_oa_openid(self, oa_openid: str) -> Learner | None:
        return deepcopy(next((x for x in self.kept.values() if x.oa_openid == oa_openid), None))

    async def link_oa(self, unionid: str, oa_openid: str | None) -> Learner | None:
        for learner in self.kept.values():
            if learner.unionid == unionid:
                learner.oa_openid = oa_openid
                return deepcopy(learner)
        return None

    async def update(self, learner: Learner) -> None:
        self.kept[learner.id] = deepcopy(learner)


class MemoryDeliveries:
    def __init__(self) -> None:
        self.kept: dict[str, Delivery] = {}
        self.kept_endpoints: dict[str, WebhookEndpoint] = {}
        self.claimed: set[str] = set()

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self.kept.setdefault(delivery.id, deepcopy(delivery))

    async def get(self, delivery_id: str) -> Delivery | None:
        return deepcopy(self.kept.get(delivery_id))

    async def save(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self.kept[delivery.id] = deepcopy(delivery)
            self.claimed.discard(delivery.id)

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> list[Delivery]:
        del lease
        heads: dict[tuple[str, str, str], Delivery] = {}
        for delivery in sorted(self.kept.values(), key=lambda x: x.seq):
            if delivery.state is DeliveryState.PENDING:
                heads.setdefault((delivery.order_no, delivery.receiver, delivery.address), delivery)
        due = [x for x in heads.values() if x.next_at and x.next_at <= now and x.id not in self.claimed]
        taken = sorted(due, key=lambda x: str(x.next_at))[:limit]
        self.claimed.update(x.id for x in taken)
        return deepcopy(taken)

    async def add_endpoint(self, endpoint: WebhookEndpoint) -> None:
        self.kept_endpoints[endpoint.id] = deepcopy(endpoint)

    async def endpoints(self, institution_id: str) -> list[WebhookEndpoint]:
        return [deepcopy(x) for x in self.kept_endpoints.values() if x.institution_id == institution_id]

    async def endpoint(self, endpoint_id: str) -> WebhookEndpoint | None:
        return deepcopy(self.kept_endpoints.get(endpoint_id))


class MemoryGrants:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], int] = {}

    async def add(self, openid: str, template_id: str, count: int) -> None:
        self.kept[openid, template_id] = self.kept.get((openid, template_id), 0) + count

    async def spend(self, openid: str, template_id: str) -> None:
        self.kept[openid, template_id] = max(0, self.kept.get((openid, template_id), 0) - 1)

    async def clear(self, openid: str, template_id: str) -> None:
        self.kept[openid, template_id] = 0

    async def left(self, openid: str, template_id: str) -> int:
        return self.kept.get((openid, template_id), 0)


class MemoryInbox:
    def __init__(self) -> None:
        self.kept: dict[str, list[Any]] = {}

    async def begin(self, key: str, kind: str, payload: str, lease: timedelta) -> InboxState:
        del lease
        if key not in self.kept:
            self.kept[key] = [InboxState.RUNNING, kind, payload]
            return InboxState.NEW
        if self.kept[key][0] is InboxState.UNFINISHED:
            self.kept[key][0] = InboxState.RUNNING
            return InboxState.UNFINISHED
        return self.kept[key][0]

    def abandon(self, key: str) -> None:
        self.kept[key][0] = InboxState.UNFINISHED

    async def finish(self, key: str) -> None:
        self.kept[key][0] = InboxState.DONE

    async def unfinished(self, kind: str, *, limit: int) -> list[tuple[str, str]]:
        waiting = [(key, x[2]) for key, x in self.kept.items() if x[0] is InboxState.UNFINISHED and x[1] == kind]
        return waiting[:limit]


class MemoryConversations:
    def __init__(self) -> None:
        self.kept: dict[str, Conversation] = {}

    async def get(self, conversation_id: str) -> Conversation | None:
        return deepcopy(self.kept.get(conversation_id))

    async def save(self, conversation: Conversation) -> None:
        stored = self.kept.get(conversation.id)
        if (stored.version if stored else 0) != conversation.version:
            raise Stale
        conversation.version += 1
        self.kept[conversation.id] = deepcopy(conversation)
