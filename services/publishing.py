"""From facts to deliveries: every fact is stored for ever, and everybody who is to hear of it gets a delivery."""

from collections.abc import Iterator
from datetime import datetime

from models.delivery import Delivery, Receiver, WebhookEndpoint
from models.facts import Fact
from models.learner import Learner
from models.learner_messages import is_told, learner_payload, template_fields
from models.order import Order
from models.publishing import ROADS, TELLINGS, TEMPLATE_KEYS, Address, delivery_of, first_road, wants, webhook_payload
from services.exceptions import take_facts
from services.ports import Ports
from services.settings import Templates


async def relay(ports: Ports, which: Order | str) -> int:
    """Publish an order's unpublished facts; gives how many there were.

    Every write is harmless to repeat: killed between any two, the next run ends in the same state, because facts,
    deliveries and exceptions are known by ids made from the fact.
    """
    order = which if isinstance(which, Order) else await ports.orders.get(which)
    if order is None or not order.facts:
        return 0
    await ports.facts.add(order.facts)
    deliveries = await _deliveries(ports, order)
    if deliveries:
        await ports.deliveries.add(deliveries)
    await take_facts(ports, order)
    await ports.orders.published(order.no, order.facts[-1].seq)
    return len(order.facts)


async def _deliveries(ports: Ports, order: Order) -> list[Delivery]:
    now = await ports.clock.now()
    endpoints = await ports.deliveries.endpoints(order.course.institution_id)
    learner = await _hearer(ports, order)
    made: list[Delivery] = []
    for fact in order.facts:
        made.extend(_for_institution(order, fact, endpoints, now))
        if learner and is_told(order, fact):
            made.extend(_for_learner(order, fact, learner, ports.settings.templates, now))
    return made


async def _hearer(ports: Ports, order: Order) -> Learner | None:
    """Return the learner when one of the facts is for them."""
    if any(is_told(order, fact) for fact in order.facts):
        return await ports.learners.get(order.buyer.learner_id)
    return None


def _for_institution(order: Order, fact: Fact, endpoints: list[WebhookEndpoint], now: datetime) -> Iterator[Delivery]:
    for endpoint in endpoints:
        if wants(endpoint, TELLINGS[fact.kind].type):
            yield delivery_of(order, fact, Address(Receiver.WEBHOOK, endpoint.id), webhook_payload(order, fact), now)


def _for_learner(order: Order, fact: Fact, learner: Learner, templates: Templates, now: datetime) -> Iterator[Delivery]:
    """The first road there is to the learner; the others are tried when it leads nowhere."""
    payload = learner_payload(order, fact, learner.language)
    for road, template in templates.of(fact.kind).items():
        keys = TEMPLATE_KEYS[road]
        payload[keys.id] = template.id
        payload[keys.fields] = template_fields(template.fields, order, fact, learner.language)
    first = first_road(ROADS, payload, follows=learner.oa_openid is not None)
    if first is not None:
        yield delivery_of(order, fact, Address(first, learner.id), payload, now)
