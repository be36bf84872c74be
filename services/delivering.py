"""Sending what is due: many receivers at once, none of them able to hold up the others for long."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from models.delivery import Delivery, Receiver, WebhookEndpoint
from services.attempts import try_chat, try_push, try_webhook
from services.ports import Ports
from services.troubles import deliveries_parked

AT_ONCE = 100
AT_ONCE_PER_ENDPOINT = 10
AT_ONCE_PER_LEARNER = 1
"""WeChat refuses messages sent to one user at the same moment (43108)."""

MOST_PER_ROUND = 1000
SAVED_AT_ONCE = 200

SILENCES = 3
"""So many calls unanswered in a row, and an endpoint is taken to be down for the rest of the round."""

REST = timedelta(minutes=5)


async def deliver_due(ports: Ports, limit: int) -> int:
    """Send what is due, at most `limit` tries; gives how many there were.

    What one delivery held back is claimed as soon as that one is done, so that an order's facts follow each other
    without waiting for the next call.
    """
    over_at = _half_a_lease_from_now(ports)
    tried = 0
    while tried < limit and _real_time() < over_at:
        now = await ports.clock.now()
        claimed = await ports.deliveries.claim(now, limit=min(limit - tried, MOST_PER_ROUND), lease=ports.lease)
        if not claimed:
            break
        await deliver(ports, claimed)
        tried += len(claimed)
    return tried


async def deliver(ports: Ports, deliveries: Sequence[Delivery]) -> None:
    """Try each claimed delivery once; outcomes are written in batches while others are still being sent.

    What breaks in one delivery (a store that fails, not a receiver) leaves the others alone and is raised at the end;
    its claim ends by itself.
    """
    outcomes: asyncio.Queue[Delivery | None] = asyncio.Queue()
    this_round = _Round(ports, outcomes)
    writer = asyncio.create_task(_write(ports, outcomes))
    try:
        await this_round.load_endpoints(deliveries)
        ends = await asyncio.gather(*map(this_round.tell, deliveries), return_exceptions=True)
    finally:
        outcomes.put_nowait(None)
        await writer
    for end in ends:
        if end is not None:
            raise end


async def _write(ports: Ports, outcomes: asyncio.Queue[Delivery | None]) -> None:
    """Save whatever outcomes are there, together, until the None that ends them."""
    last = False
    while not last:
        batch = [await outcomes.get()]
        while not outcomes.empty() and len(batch) < SAVED_AT_ONCE:
            batch.append(outcomes.get_nowait())
        last = None in batch
        if done := [delivery for delivery in batch if delivery]:
            await deliveries_parked(ports, done)
            await ports.deliveries.save(done)


class _Round:
    """One round of tries: how many may be under way, who has fallen silent, and when it is over."""

    def __init__(self, ports: Ports, outcomes: asyncio.Queue[Delivery | None]) -> None:
        self._ports = ports
        self._outcomes = outcomes
        self._over_at = _half_a_lease_from_now(ports)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._doors: dict[str, asyncio.Semaphore] = {}
        self._silences: Counter[str] = Counter()
        self._endpoints: dict[str, WebhookEndpoint | None] = {}

    async def load_endpoints(self, deliveries: Sequence[Delivery]) -> None:
        """Read each endpoint once for the round."""
        for delivery in deliveries:
            if delivery.receiver is Receiver.WEBHOOK and delivery.address not in self._endpoints:
                self._endpoints[delivery.address] = await self._ports.deliveries.endpoint(delivery.address)

    async def tell(self, delivery: Delivery) -> None:
        """Try one delivery when its receiver and the round have room, and hand its outcome to the writer."""
        async with self._door(delivery), self._slots:
            if _real_time() < self._over_at:
                await self._try(delivery)
        self._outcomes.put_nowait(delivery)

    async def _try(self, delivery: Delivery) -> None:
        match delivery.receiver:
            case Receiver.WEBHOOK if self._silences[delivery.address] >= SILENCES:
                delivery.postponed(await self._ports.clock.now() + REST)
            case Receiver.WEBHOOK:
                status = await try_webhook(self._ports, delivery, self._endpoints[delivery.address])
                self._silences[delivery.address] = 0 if status else self._silences[delivery.address] + 1
            case Receiver.SUBSCRIBE_MESSAGE:
                await try_push(self._ports, delivery)
            case Receiver.OA_MESSAGE:
                await try_chat(self._ports, delivery)

    def _door(self, delivery: Delivery) -> asyncio.Semaphore:
        """Give the limit of this receiver; a learner's two roads share one."""
        room = AT_ONCE_PER_ENDPOINT if delivery.receiver is Receiver.WEBHOOK else AT_ONCE_PER_LEARNER
        return self._doors.setdefault(delivery.address, asyncio.Semaphore(room))


def _half_a_lease_from_now(ports: Ports) -> float:
    """Say until when tries may begin: those under way then (15 s at most) still end within the lease."""
    return _real_time() + ports.lease.total_seconds() / 2


def _real_time() -> float:
    return asyncio.get_running_loop().time()
