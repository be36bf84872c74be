"""The shape of the documents of each collection that holds a model."""

from typing import Any

from store import (
    authorizations,
    contracts,
    conversations,
    courses,
    deliveries,
    exceptions,
    facts,
    generations,
    institutions,
    learners,
    orders,
    sessions,
)
from store.documents import Shape

SHAPES: dict[str, Shape[Any]] = {
    "orders": orders.SHAPE,
    "facts": facts.SHAPE,
    "learners": learners.SHAPE,
    "sessions": sessions.SHAPE,
    "courses": courses.SHAPE,
    "institutions": institutions.SHAPE,
    "api_keys": institutions.KEY_SHAPE,
    "contracts": contracts.SHAPE,
    "authorizations": authorizations.SHAPE,
    "deliveries": deliveries.SHAPE,
    "webhook_endpoints": deliveries.ENDPOINT,
    "exceptions": exceptions.SHAPE,
    "conversations": conversations.SHAPE,
    "generations": generations.SHAPE,
}
