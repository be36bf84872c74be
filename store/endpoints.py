"""Where institutions want to be told."""

from models.delivery import WebhookEndpoint
from store.documents import Shape
from store.failures import names_failures
from store.mongo import Database

SHAPE = Shape(WebhookEndpoint, key="id")


@names_failures
class Endpoints:
    """The collection `webhook_endpoints`."""

    def __init__(self, database: Database) -> None:
        self._endpoints = database["webhook_endpoints"]

    async def add_endpoint(self, endpoint: WebhookEndpoint) -> None:
        """Create or change an endpoint."""
        await self._endpoints.replace_one({"_id": endpoint.id}, SHAPE.document(endpoint), upsert=True)

    async def endpoints(self, institution_id: str) -> list[WebhookEndpoint]:
        """Return an institution's endpoints, oldest first."""
        cursor = self._endpoints.find({"institution_id": institution_id}).sort([("created_at", 1), ("_id", 1)])
        return [SHAPE.entity(document) async for document in cursor]

    async def endpoint(self, endpoint_id: str) -> WebhookEndpoint | None:
        """Return an endpoint."""
        return SHAPE.optional(await self._endpoints.find_one({"_id": endpoint_id}))
