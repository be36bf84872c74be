"""Where institutions want to be told, and the secrets they know our calls by."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from models.base import Value
from models.delivery import WebhookEndpoint
from models.errors import Conflict, InvalidInput, NotFound
from models.publishing import WEBHOOK_TYPES
from models.webhook_urls import check_url
from services.ports import Ports

MOST_ENDPOINTS = 10
"""Each fact costs one delivery per endpoint."""

BY_REQUEST, DELETED, BY_RECEIVER = "by_request", "deleted", "receiver_answered_gone"


class EndpointView(Value):
    """An endpoint as it is shown: never with its secret."""

    id: str
    url: str
    types: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None
    disabled_because: str
    is_rotating: bool


async def create_endpoint(
    ports: Ports, institution_id: str, url: str, types: Sequence[str] = (), *, allow_private: bool = False
) -> WebhookEndpoint:
    """Create an endpoint; its `secret` is in this answer and never shown again. No types means all.

    `allow_private` is configuration for development: it lets http and our own network through, as the sender's does.
    Raises InvalidInput for a URL or type that cannot work, Conflict when there are ten already.
    """
    check_url(url, allow_private=allow_private)
    unknown = sorted(set(types) - WEBHOOK_TYPES)
    if unknown:
        raise InvalidInput("webhook_type_unknown", field="types", unknown=unknown)
    if len(await list_endpoints(ports, institution_id)) >= MOST_ENDPOINTS:
        raise Conflict("too_many_endpoints", limit=MOST_ENDPOINTS)
    endpoint = WebhookEndpoint(
        id=ports.ids.new("whe_"),
        institution_id=institution_id,
        url=url,
        secret=_new_secret(ports),
        types=tuple(sorted(set(types))),
        created_at=await ports.clock.now(),
    )
    await ports.deliveries.add_endpoint(endpoint)
    return endpoint


async def list_endpoints(ports: Ports, institution_id: str) -> list[EndpointView]:
    """List an institution's endpoints, disabled ones too, deleted ones not."""
    endpoints = await ports.deliveries.endpoints(institution_id)
    return [view(endpoint) for endpoint in endpoints if endpoint.disabled_because != DELETED]


async def rotate_secret(ports: Ports, institution_id: str, endpoint_id: str) -> WebhookEndpoint:
    """Give an endpoint a new secret, shown once; until `end_rotation` every call is signed with both."""
    endpoint = await _own(ports, institution_id, endpoint_id)
    endpoint.old_secret, endpoint.secret = endpoint.secret, _new_secret(ports)
    await ports.deliveries.add_endpoint(endpoint)
    return endpoint


async def end_rotation(ports: Ports, institution_id: str, endpoint_id: str) -> EndpointView:
    """Sign with the new secret alone, because the institution has it in place."""
    endpoint = await _own(ports, institution_id, endpoint_id)
    endpoint.old_secret = None
    await ports.deliveries.add_endpoint(endpoint)
    return view(endpoint)


async def disable_endpoint(ports: Ports, institution_id: str, endpoint_id: str) -> EndpointView:
    """Stop telling this endpoint; what waits for it is skipped and can be replayed once it is enabled again."""
    endpoint = await _own(ports, institution_id, endpoint_id)
    return await _close(ports, endpoint, BY_REQUEST)


async def enable_endpoint(ports: Ports, institution_id: str, endpoint_id: str) -> EndpointView:
    """Tell this endpoint again, from the next fact on."""
    endpoint = await _own(ports, institution_id, endpoint_id)
    endpoint.disabled_at, endpoint.disabled_because = None, ""
    await ports.deliveries.add_endpoint(endpoint)
    return view(endpoint)


async def delete_endpoint(ports: Ports, institution_id: str, endpoint_id: str) -> None:
    """Close an endpoint for good. Its deliveries stay readable, its secret is forgotten."""
    endpoint = await _own(ports, institution_id, endpoint_id)
    endpoint.secret, endpoint.old_secret = "", None
    await _close(ports, endpoint, DELETED)


async def receiver_is_gone(ports: Ports, endpoint: WebhookEndpoint) -> None:
    """Close an endpoint whose server answered 410 Gone, unless it was closed already."""
    fresh = await ports.deliveries.endpoint(endpoint.id) or endpoint
    if fresh.disabled_at is None:
        await _close(ports, fresh, BY_RECEIVER)
    endpoint.disabled_at = fresh.disabled_at


def view(endpoint: WebhookEndpoint) -> EndpointView:
    """Show an endpoint without its secrets."""
    shown = endpoint.model_dump(include=set(EndpointView.model_fields))
    return EndpointView(**shown, is_rotating=endpoint.old_secret is not None)


async def _close(ports: Ports, endpoint: WebhookEndpoint, because: str) -> EndpointView:
    endpoint.disabled_at = endpoint.disabled_at or await ports.clock.now()
    endpoint.disabled_because = because
    await ports.deliveries.add_endpoint(endpoint)
    return view(endpoint)


async def _own(ports: Ports, institution_id: str, endpoint_id: str) -> WebhookEndpoint:
    """Return this institution's endpoint; another's or a deleted one looks like one that does not exist."""
    endpoint = await ports.deliveries.endpoint(endpoint_id)
    if endpoint is None or endpoint.institution_id != institution_id or endpoint.disabled_because == DELETED:
        raise NotFound("endpoint_not_found", endpoint_id=endpoint_id)
    return endpoint


def _new_secret(ports: Ports) -> str:
    """Make a Standard Webhooks secret: 32 bytes that only a random token leads to."""
    return "whsec_" + b64encode(sha256(ports.ids.token().encode()).digest()).decode()
