"""What became of an institution's deliveries, and sending a webhook again because it asks."""

from models.delivery import Delivery, Receiver
from models.errors import Conflict, NotFound
from services.exceptions import delivery_replayed
from services.pages import Page, page_of
from services.ports import Ports


async def list_deliveries(ports: Ports, institution_id: str, *, state: str, after: str, limit: int) -> Page[Delivery]:
    """Return a page of an institution's deliveries, newest first."""
    found = await ports.deliveries.of_institution(institution_id, state=state, after=after, limit=limit)
    return page_of(found, limit, lambda delivery: delivery.id)


async def delivery_of_institution(ports: Ports, institution_id: str, delivery_id: str) -> Delivery:
    """Return one of the institution's deliveries; another's looks like one that does not exist."""
    delivery = await ports.deliveries.get(delivery_id)
    if delivery is None or delivery.institution_id != institution_id:
        raise NotFound("delivery_not_found", delivery_id=delivery_id)
    return delivery


async def replay_delivery(ports: Ports, institution_id: str, delivery_id: str) -> Delivery:
    """Send a webhook again, under the same id, from the first try of the schedule.

    Raises NotFound for what is not the institution's, Conflict `not_a_webhook` for what the learner is told, and
    Conflict `endpoint_disabled` while nobody would be called.
    """
    delivery = await delivery_of_institution(ports, institution_id, delivery_id)
    if delivery.receiver is not Receiver.WEBHOOK:
        raise Conflict("not_a_webhook", delivery_id=delivery_id)
    endpoint = await ports.deliveries.endpoint(delivery.address)
    if endpoint is None or endpoint.disabled_at:
        raise Conflict("endpoint_disabled", endpoint_id=delivery.address)
    delivery.replay(await ports.clock.now())
    await ports.deliveries.save([delivery])
    await delivery_replayed(ports, delivery)
    return delivery
