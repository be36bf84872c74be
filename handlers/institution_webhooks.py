"""An institution's door to its webhooks: where it is told, with which secret, and what became of each delivery."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from handlers.learner import Strict
from handlers.operation import Access, Call, Handle, Operation
from models.delivery import Attempt, Delivery, DeliveryState, Receiver
from models.facts import Scalar
from models.institution import Scope
from services import delivery_log
from services import webhook_endpoints as endpoints
from services.webhook_endpoints import EndpointView


class EndpointWish(Strict):
    """Where to call, and which event types; none means all."""

    url: Annotated[str, Field(min_length=1, max_length=2048)]
    types: Annotated[tuple[str, ...], Field(max_length=64)] = ()


class EndpointSwitch(Strict):
    """Whether the endpoint is to be told."""

    enabled: bool


class SecretView(BaseModel):
    """An endpoint and its secret, which is shown this once."""

    endpoint: EndpointView
    secret: str


class EndpointList(BaseModel):
    """All of an institution's endpoints."""

    endpoints: list[EndpointView]


class DeliveryQuery(Strict):
    """Deliveries in one state, or all; `after` is the previous answer's `next`."""

    state: DeliveryState | None = None
    after: Annotated[str, Field(max_length=128)] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class DeliveryView(BaseModel):
    """One fact on its way to one receiver; `endpoint_id` is None when the receiver is the learner."""

    id: str
    type: str
    order_no: str
    receiver: Receiver
    endpoint_id: str | None
    state: DeliveryState
    happened_at: datetime
    next_at: datetime | None
    attempts: list[Attempt]


class DeliveryDetail(DeliveryView):
    """A delivery with what it says."""

    payload: dict[str, Scalar | dict[str, Scalar]]


class DeliveryPage(BaseModel):
    """One page of deliveries, newest first; `next` is the cursor of the following one, empty at the end."""

    deliveries: list[DeliveryView]
    next: str


async def create_endpoint(call: Call) -> SecretView:
    """Create an endpoint; keep the secret, it is not shown again."""
    wish = call.read(EndpointWish)
    made = await endpoints.create_endpoint(call.ports, call.key.institution_id, wish.url, wish.types)
    return SecretView(endpoint=endpoints.view(made), secret=made.secret)


async def list_endpoints(call: Call) -> EndpointList:
    """List the endpoints, disabled ones too."""
    return EndpointList(endpoints=await endpoints.list_endpoints(call.ports, call.key.institution_id))


async def switch_endpoint(call: Call) -> EndpointView:
    """Stop or start telling an endpoint."""
    change = endpoints.enable_endpoint if call.read(EndpointSwitch).enabled else endpoints.disable_endpoint
    return await change(call.ports, call.key.institution_id, call.path["endpoint_id"])


async def delete_endpoint(call: Call) -> None:
    """Close an endpoint for good."""
    await endpoints.delete_endpoint(call.ports, call.key.institution_id, call.path["endpoint_id"])


async def rotate_secret(call: Call) -> SecretView:
    """Give an endpoint a new secret; until the rotation is ended, calls are signed with both."""
    made = await endpoints.rotate_secret(call.ports, call.key.institution_id, call.path["endpoint_id"])
    return SecretView(endpoint=endpoints.view(made), secret=made.secret)


async def end_rotation(call: Call) -> EndpointView:
    """Forget the old secret: the new one is in place."""
    return await endpoints.end_rotation(call.ports, call.key.institution_id, call.path["endpoint_id"])


async def list_deliveries(call: Call) -> DeliveryPage:
    """List what was told, to whom, and how that went."""
    query = call.ask(DeliveryQuery)
    found = await call.ports.deliveries.of_institution(
        call.key.institution_id, state=query.state or "", after=query.after, limit=query.limit
    )
    last = found[-1].id if len(found) == query.limit else ""
    return DeliveryPage(deliveries=[_view(delivery) for delivery in found], next=last)


async def show_delivery(call: Call) -> DeliveryDetail:
    """Show one delivery with its attempts and what it says."""
    return _detail(await delivery_log.find_delivery(call.ports, call.key.institution_id, call.path["delivery_id"]))


async def replay_delivery(call: Call) -> DeliveryDetail:
    """Send a delivery again under its own id."""
    return _detail(await delivery_log.replay(call.ports, call.key.institution_id, call.path["delivery_id"]))


def _view(delivery: Delivery) -> DeliveryView:
    shown = delivery.model_dump(include=set(DeliveryView.model_fields))
    return DeliveryView(**shown, endpoint_id=_endpoint_id(delivery))


def _detail(delivery: Delivery) -> DeliveryDetail:
    shown = delivery.model_dump(include=set(DeliveryDetail.model_fields))
    return DeliveryDetail(**shown, endpoint_id=_endpoint_id(delivery))


def _endpoint_id(delivery: Delivery) -> str | None:
    return delivery.address if delivery.receiver is Receiver.WEBHOOK else None


def _operation(
    method: str,
    path: str,
    handle: Handle,
    summary: str,
    answer: type[BaseModel] | None,
    *,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
) -> Operation:
    path = f"/v1/institution/{path}"
    return Operation(method, path, handle, Access.INSTITUTION, summary, answer, body=body, query=query, scope=_SCOPE)


_SCOPE = Scope.WEBHOOKS
_ALL, _ONE = "webhook-endpoints", "webhook-endpoints/{endpoint_id}"
_ROTATION, _DELIVERY = f"{_ONE}/rotation", "deliveries/{delivery_id}"

OPERATIONS = (
    _operation("GET", _ALL, list_endpoints, "Webhook endpoints", EndpointList),
    _operation("POST", _ALL, create_endpoint, "Create a webhook endpoint", SecretView, body=EndpointWish),
    _operation("PATCH", _ONE, switch_endpoint, "Stop or start an endpoint", EndpointView, body=EndpointSwitch),
    _operation("DELETE", _ONE, delete_endpoint, "Delete an endpoint", None),
    _operation("POST", _ROTATION, rotate_secret, "Begin to rotate the secret", SecretView),
    _operation("DELETE", _ROTATION, end_rotation, "End the rotation", EndpointView),
    _operation("GET", "deliveries", list_deliveries, "What was told", DeliveryPage, query=DeliveryQuery),
    _operation("GET", _DELIVERY, show_delivery, "One delivery", DeliveryDetail),
    _operation("POST", f"{_DELIVERY}/replay", replay_delivery, "Send a delivery again", DeliveryDetail),
)
