"""Sending what is due: many receivers at once, none of them able to hold up the others for long."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from json import dumps
from typing import Final

from models.delivery import Attempt, Delivery, DeliveryState, Receiver, WebhookEndpoint
from models.errors import Declined, OutsideFailure
from models.learner import Learner
from models.learner_messages import ASKS_ABOUT, waits_for_word
from models.publishing import TEMPLATE_KEYS, by_next_road
from models.refusals import named
from services.exceptions import deliveries_parked
from services.ports import Ports
from services.telling import message_taken
from services.webhook_endpoints import receiver_is_gone

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
        claimed = await ports.deliveries.claim(
            now, limit=min(limit - tried, MOST_PER_ROUND), lease=ports.settings.lease
        )
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
            case _:
                await try_learner(self._ports, delivery)

    def _door(self, delivery: Delivery) -> asyncio.Semaphore:
        """Return the limit of this receiver; a learner's roads share one."""
        room = AT_ONCE_PER_ENDPOINT if delivery.receiver is Receiver.WEBHOOK else AT_ONCE_PER_LEARNER
        return self._doors.setdefault(delivery.address, asyncio.Semaphore(room))


def _half_a_lease_from_now(ports: Ports) -> float:
    """Say until when tries may begin: those under way then (15 s at most) still end within the lease."""
    return _real_time() + ports.settings.lease.total_seconds() / 2


def _real_time() -> float:
    return asyncio.get_running_loop().time()


OK, REDIRECT, GONE = 200, 300, 410

NO_GRANT: Final = "push_not_subscribed"
NOBODYS_FAULT = frozenset({NO_GRANT, "push_window_closed", "push_not_following", "push_minor_protected"})
"""Noes of WeChat that are ordinary life: nobody has to look at them, and repeating does not help."""


async def try_webhook(ports: Ports, delivery: Delivery, endpoint: WebhookEndpoint | None) -> int:
    """Post to an institution; only 2xx is success, 410 closes the endpoint. Gives the HTTP status, 0 for none."""
    now = await ports.clock.now()
    if endpoint is None or endpoint.disabled_at:
        delivery.skipped(Attempt(at=now, status=0, note="endpoint_disabled"))
        return GONE
    status, retry_after, note = await ports.sender.send(endpoint, delivery.id, webhook_body(delivery), now)
    attempt = Attempt(at=now, status=status, note=note)
    if OK <= status < REDIRECT:
        delivery.succeeded(attempt)
    elif status == GONE:
        delivery.skipped(attempt)
        await receiver_is_gone(ports, endpoint)
    else:
        delivery.failed(attempt, retry_after=retry_after)
    return status


def webhook_body(delivery: Delivery) -> bytes:
    """Return the bytes to sign and send, the same on every try."""
    return dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()


async def try_learner(ports: Ports, delivery: Delivery) -> None:
    """Tell a learner by this delivery's road; when it leads nowhere, the next road there is begins.

    What WeChat took is told: silence counts from then on, and what was announced may be taken (`services/telling`).
    """
    learner = await ports.learners.get(delivery.address)
    if learner is None:
        await _skip(ports, delivery, "learner_unknown")
        return
    if not await _still_asks(ports, delivery):
        await _skip(ports, delivery, "answered_meanwhile")
        return
    now = await ports.clock.now()
    try:
        await _send(ports, delivery, learner)
    except (Declined, OutsideFailure) as error:
        _not_taken(delivery, error, Attempt(at=now, status=_errcode(error), note=error.code))
        await _go_on_by_next_road(ports, delivery, learner)
    else:
        await message_taken(ports, delivery)
        delivery.succeeded(Attempt(at=now, status=OK))


async def _send(ports: Ports, delivery: Delivery, learner: Learner) -> None:
    match delivery.receiver:
        case Receiver.SUBSCRIBE_MESSAGE:
            await _send_subscribe(ports, delivery, learner)
        case Receiver.OA_TEMPLATE:
            template_id, page, fields = _template(delivery)
            await ports.messenger.send_template(_follower(learner), template_id, page, fields, message_id=delivery.id)
        case _:
            await ports.messenger.send_text(_follower(learner), str(delivery.payload["text"]))


async def _send_subscribe(ports: Ports, delivery: Delivery, learner: Learner) -> None:
    """Spend one of the learner's grants; without one WeChat is not even asked."""
    template_id, page, fields = _template(delivery)
    if not await ports.grants.left(learner.openid, template_id):
        raise named(NO_GRANT)
    try:
        await ports.messenger.send_subscribe(learner.openid, template_id, page, fields)
    except Declined as declined:
        if declined.code == NO_GRANT:
            await ports.grants.clear(learner.openid, template_id)
        raise
    await ports.grants.spend(learner.openid, template_id)


def _follower(learner: Learner) -> str:
    if learner.oa_openid is None:
        raise named("push_not_following")
    return learner.oa_openid


async def _go_on_by_next_road(ports: Ports, delivery: Delivery, learner: Learner) -> None:
    if delivery.state is DeliveryState.PENDING:
        return
    now = await ports.clock.now()
    other = by_next_road(delivery, now, follows=learner.oa_openid is not None)
    if other is not None:
        await ports.deliveries.add([other])


async def _still_asks(ports: Ports, delivery: Delivery) -> bool:
    """Whether a message that asks for the learner's word on a lesson still has something to ask."""
    n = delivery.payload.get(ASKS_ABOUT)
    if not isinstance(n, int):
        return True
    order = await ports.orders.get(delivery.order_no)
    return order is not None and waits_for_word(order, n)


async def _skip(ports: Ports, delivery: Delivery, why: str) -> None:
    delivery.skipped(Attempt(at=await ports.clock.now(), status=0, note=why))


def _not_taken(delivery: Delivery, error: Declined | OutsideFailure, attempt: Attempt) -> None:
    if error.code in NOBODYS_FAULT:
        delivery.skipped(attempt)
    else:
        delivery.failed(attempt)


def _errcode(error: Declined | OutsideFailure) -> int:
    errcode = error.detail.get("errcode")
    return errcode if isinstance(errcode, int) else 0


def _template(delivery: Delivery) -> tuple[str, str, Mapping[str, str]]:
    """Return the template this delivery goes by, the page it opens, and its values."""
    keys = TEMPLATE_KEYS[delivery.receiver]
    fields = delivery.payload[keys.fields]
    values = {key: str(value) for key, value in fields.items()} if isinstance(fields, dict) else {}
    return str(delivery.payload[keys.id]), str(delivery.payload["page"]), values
