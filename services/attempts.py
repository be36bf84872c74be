"""One try to tell one receiver one fact, and what follows from each way it may end."""

from collections.abc import Mapping
from json import dumps
from typing import Final

from models.delivery import Attempt, Delivery, Receiver, WebhookEndpoint
from models.errors import Declined, OutsideFailure
from models.learner import Learner
from models.learner_messages import ASKS_ABOUT, waits_for_word
from models.publishing import Payload, by_other_road
from services.ports import Ports
from services.webhook_endpoints import receiver_is_gone

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
    """Give the bytes to sign and send, the same on every try."""
    return dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()


async def try_push(ports: Ports, delivery: Delivery) -> None:
    """Send a subscribe message; without a grant, a learner who follows the Official Account is told there instead."""
    learner = await ports.learners.get(delivery.address)
    template_id = str(delivery.payload["template_id"])
    if learner is None:
        await _skip(ports, delivery, "learner_unknown")
    elif not await ports.grants.left(learner.openid, template_id):
        await _tell_in_chat_instead(ports, delivery, learner)
    else:
        await _send_push(ports, delivery, learner, template_id)


async def try_chat(ports: Ports, delivery: Delivery) -> None:
    """Send a text in the Official Account; the window WeChat leaves us may be closed, and that is that."""
    learner = await ports.learners.get(delivery.address)
    if learner is None or learner.oa_openid is None:
        await _skip(ports, delivery, "push_not_following")
        return
    if not await _still_asks(ports, delivery):
        await _skip(ports, delivery, "answered_meanwhile")
        return
    now = await ports.clock.now()
    try:
        await ports.messenger.send_text(learner.oa_openid, str(delivery.payload["text"]))
    except (Declined, OutsideFailure) as error:
        _not_taken(delivery, error, Attempt(at=now, status=_errcode(error), note=error.code))
    else:
        delivery.succeeded(Attempt(at=now, status=OK))


async def _still_asks(ports: Ports, delivery: Delivery) -> bool:
    """Whether a message that asks for the learner's word on a lesson still has something to ask."""
    n = delivery.payload.get(ASKS_ABOUT)
    if not isinstance(n, int):
        return True
    order = await ports.orders.get(delivery.order_no)
    return order is not None and waits_for_word(order, n)


async def _send_push(ports: Ports, delivery: Delivery, learner: Learner, template_id: str) -> None:
    now = await ports.clock.now()
    page = str(delivery.payload["page"])
    try:
        await ports.messenger.send_subscribe(learner.openid, template_id, page, _fields(delivery))
    except (Declined, OutsideFailure) as error:
        if error.code == NO_GRANT:
            await ports.grants.clear(learner.openid, template_id)
            await _tell_in_chat_instead(ports, delivery, learner)
            return
        _not_taken(delivery, error, Attempt(at=now, status=_errcode(error), note=error.code))
        return
    await ports.grants.spend(learner.openid, template_id)
    delivery.succeeded(Attempt(at=now, status=OK))


async def _tell_in_chat_instead(ports: Ports, delivery: Delivery, learner: Learner) -> None:
    """Make a chat message of a push that has no grant: a delivery of its own, with its own tries."""
    if learner.oa_openid:
        text: Payload = {"text": delivery.payload["text"]}
        now = await ports.clock.now()
        await ports.deliveries.add([by_other_road(delivery, Receiver.OA_MESSAGE, text, now)])
    await _skip(ports, delivery, NO_GRANT)


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


def _fields(delivery: Delivery) -> Mapping[str, str]:
    fields = delivery.payload["fields"]
    return {key: str(value) for key, value in fields.items()} if isinstance(fields, dict) else {}
