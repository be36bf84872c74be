"""Deliveries and webhook endpoints in memory."""

from asyncio import sleep
from collections.abc import Sequence
from datetime import datetime, timedelta

from models.delivery import Delivery, DeliveryState, WebhookEndpoint
from models.work import Patience, StuckWork
from tests.fakes.memory import DueWork, MemoryClaims, MemoryDatabase, copied, following


class MemoryDeliveries:
    """Twin of store.deliveries.Deliveries."""

    def __init__(self, database: MemoryDatabase, worker: str, patience: Patience) -> None:
        self._deliveries: dict[str, Delivery] = database.collection("deliveries")
        self._endpoints: dict[str, WebhookEndpoint] = database.collection("webhook_endpoints")
        self._claims = MemoryClaims(database, "deliveries.send", worker, patience)

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        await sleep(0)
        for delivery in deliveries:
            self._deliveries.setdefault(delivery.id, copied(delivery))

    async def get(self, delivery_id: str) -> Delivery | None:
        await sleep(0)
        stored = self._deliveries.get(delivery_id)
        return copied(stored) if stored else None

    async def save(self, deliveries: Sequence[Delivery]) -> None:
        await sleep(0)
        for delivery in deliveries:
            if delivery.id in self._deliveries:
                self._deliveries[delivery.id] = copied(delivery)
                self._claims.end(delivery.id)

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> list[Delivery]:
        await sleep(0)
        ready = [work for work in self._due() if work.since <= now]
        return [copied(self._deliveries[x]) for x in self._claims.take(ready, limit=limit, lease=lease)]

    async def stuck(self, *, limit: int) -> list[StuckWork]:
        await sleep(0)
        return [
            StuckWork(work="send", subject=x.key, order_no=self._deliveries[x.key].order_no, tries=tries, since=x.since)
            for x, tries in self._claims.stuck(self._due())
        ][:limit]

    async def of_institution(
        self, institution_id: str, *, state: str = "", after: str = "", limit: int = 20
    ) -> list[Delivery]:
        await sleep(0)
        own = [delivery for delivery in self._deliveries.values() if delivery.institution_id == institution_id]
        newest_first = sorted(own, key=lambda delivery: (delivery.created_at, delivery.id))[::-1]
        rest = following(newest_first, [delivery.id for delivery in newest_first], after)
        return [copied(delivery) for delivery in rest if state in ("", delivery.state)][:limit]

    async def add_endpoint(self, endpoint: WebhookEndpoint) -> None:
        await sleep(0)
        self._endpoints[endpoint.id] = copied(endpoint)

    async def endpoints(self, institution_id: str) -> list[WebhookEndpoint]:
        await sleep(0)
        own = [endpoint for endpoint in self._endpoints.values() if endpoint.institution_id == institution_id]
        return [copied(endpoint) for endpoint in sorted(own, key=lambda x: (x.created_at, x.id))]

    async def endpoint(self, endpoint_id: str) -> WebhookEndpoint | None:
        await sleep(0)
        stored = self._endpoints.get(endpoint_id)
        return copied(stored) if stored else None

    def _due(self) -> list[DueWork]:
        return [DueWork(head.next_at or head.created_at, head.id) for head in self._heads()]

    def _heads(self) -> list[Delivery]:
        """Return the earliest unfinished delivery of each order and receiver."""
        heads: dict[tuple[str, str, str], Delivery] = {}
        for delivery in sorted(self._deliveries.values(), key=lambda x: x.seq):
            if delivery.state is DeliveryState.PENDING:
                heads.setdefault((delivery.order_no, delivery.receiver, delivery.address), delivery)
        return list(heads.values())
