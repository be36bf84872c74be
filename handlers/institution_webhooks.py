"""Where an institution wants to be told, what became of each telling, and telling it again."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from handlers.operation import Access, Call, Handle, Operation
from handlers.shapes import Paging, Strict
from models.api_key import Scope
from models.delivery import Delivery, WebhookEndpoint
from services import delivery_log, webhook_endpoints
from services.ports import Ports
from services.webhook_endpoints import EndpointView


class EndpointInput(Strict):
    """An address to be told at; without types it hears of everything."""

    url: Annotated[str, Field(min_length=1, max_length=500)]
    types: Annotated[tuple[str, ...], Field(max_length=50)] = ()


class DeliveryQuery(Paging):
    """Deliveries in one state, or all."""

    after: Annotated[str, Field(max_length=128)] = ""
    state: Literal["", "pending", "delivered", "parked", "skipped"] = ""


class EndpointList(BaseModel):
    """All of an institution's endpoints."""

    endpoints: list[EndpointView]


class EndpointSecret(BaseModel):
    """An endpoint and its secret, shown this once: verify every call with it (Standard Webhooks)."""

    id: str
    url: str
    secret: str


class AttemptView(BaseModel):
    """One try; status 0 means that no answer came."""

    at: datetime
    status: int
    note: str


class DeliveryView(BaseModel):
    """One telling and its tries. `id` is the webhook-id header of every try."""

    id: str
    type: str
    order_no: str
    state: str
    happened_at: datetime
    next_at: datetime | None
    attempts: list[AttemptView]


class DeliveryPage(BaseModel):
    """One page of deliveries, newest first; `next` is the cursor of the following one, empty at the end."""

    deliveries: list[DeliveryView]
    next: str


async def create_endpoint(call: Call) -> EndpointSecret:
    """Create an endpoint."""
    given = call.read(EndpointInput)
    made = await webhook_endpoints.create_endpoint(
        call.ports,
        call.key.institution_id,
        given.url,
        given.types,
        allow_private=call.ports.settings.allow_private_webhooks,
    )
    return _with_secret(made)


async def list_endpoints(call: Call) -> EndpointList:
    """List endpoints."""
    found = await webhook_endpoints.list_endpoints(call.ports, call.key.institution_id)
    return EndpointList(endpoints=found)


async def rotate_secret(call: Call) -> EndpointSecret:
    """Make a new secret; calls carry both signatures until the rotation is ended."""
    return _with_secret(await webhook_endpoints.rotate_secret(*_endpoint(call)))


async def end_rotation(call: Call) -> EndpointView:
    """Drop the old secret."""
    return await webhook_endpoints.end_rotation(*_endpoint(call))


async def disable_endpoint(call: Call) -> EndpointView:
    """Stop telling this endpoint for now."""
    return await webhook_endpoints.disable_endpoint(*_endpoint(call))


async def enable_endpoint(call: Call) -> EndpointView:
    """Tell this endpoint again."""
    return await webhook_endpoints.enable_endpoint(*_endpoint(call))


async def delete_endpoint(call: Call) -> None:
    """Delete an endpoint."""
    await webhook_endpoints.delete_endpoint(*_endpoint(call))


async def list_deliveries(call: Call) -> DeliveryPage:
    """List deliveries, newest first."""
    query = call.ask(DeliveryQuery)
    page = await delivery_log.list_deliveries(
        call.ports, call.key.institution_id, state=query.state, after=query.after, limit=query.limit
    )
    return DeliveryPage(deliveries=[_view(delivery) for delivery in page.items], next=page.next)


async def show_delivery(call: Call) -> DeliveryView:
    """Show one delivery."""
    found = await delivery_log.delivery_of_institution(call.ports, call.key.institution_id, call.path["delivery_id"])
    return _view(found)


async def replay_delivery(call: Call) -> DeliveryView:
    """Send a delivery again."""
    return _view(await delivery_log.replay_delivery(call.ports, call.key.institution_id, call.path["delivery_id"]))


def _endpoint(call: Call) -> tuple[Ports, str, str]:
    return call.ports, call.key.institution_id, call.path["endpoint_id"]


def _with_secret(endpoint: WebhookEndpoint) -> EndpointSecret:
    return EndpointSecret(id=endpoint.id, url=endpoint.url, secret=endpoint.secret)


def _view(delivery: Delivery) -> DeliveryView:
    return DeliveryView(
        id=delivery.id,
        type=delivery.type,
        order_no=delivery.order_no,
        state=delivery.state,
        happened_at=delivery.happened_at,
        next_at=delivery.next_at,
        attempts=[AttemptView(**attempt.model_dump()) for attempt in delivery.attempts],
    )


def _operation(
    method: str, path: str, handle: Handle, summary: str, answer: type[BaseModel] | None, status: int = 200
) -> Operation:
    return Operation(
        method, "/v1/institution" + path, handle, Access.INSTITUTION, summary, answer, status, scope=Scope.WEBHOOKS
    )


ENDPOINT = "/webhook-endpoints/{endpoint_id}"
DELIVERY = "/deliveries/{delivery_id}"
OPERATIONS = (
    Operation(
        "POST",
        "/v1/institution/webhook-endpoints",
        create_endpoint,
        Access.INSTITUTION,
        "Be told of what happens",
        EndpointSecret,
        201,
        EndpointInput,
        scope=Scope.WEBHOOKS,
    ),
    Operation(
        "GET",
        "/v1/institution/deliveries",
        list_deliveries,
        Access.INSTITUTION,
        "What was told",
        DeliveryPage,
        query=DeliveryQuery,
        scope=Scope.WEBHOOKS,
    ),
    _operation("GET", "/webhook-endpoints", list_endpoints, "Where you are told", EndpointList),
    _operation("POST", ENDPOINT + "/secret", rotate_secret, "Make a new secret", EndpointSecret),
    _operation("DELETE", ENDPOINT + "/old-secret", end_rotation, "Drop the old secret", EndpointView),
    _operation("POST", ENDPOINT + "/disabling", disable_endpoint, "Stop telling", EndpointView),
    _operation("POST", ENDPOINT + "/enabling", enable_endpoint, "Tell again", EndpointView),
    _operation("DELETE", ENDPOINT, delete_endpoint, "Delete an endpoint", None, 204),
    _operation("GET", DELIVERY, show_delivery, "One telling", DeliveryView),
    _operation("POST", DELIVERY + "/replay", replay_delivery, "Send it again", DeliveryView),
)
