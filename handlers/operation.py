"""What one HTTP operation is: declared once, it makes the route, the validation and the OpenAPI description."""

from asyncio import Task
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel

from models.api_key import ApiKey, Scope
from models.errors import NotAuthenticated
from models.learner import Learner
from services.ports import Ports

PORTS = web.AppKey("ports", Ports)
TASKS = web.AppKey("tasks", set[Task[None]])
"""Work that outlives its request; the application keeps it so that it is not lost, and drains it on shutdown."""

Body = TypeVar("Body", bound=BaseModel)


class Access(StrEnum):
    """Who may call: anybody, a learner with a session, an institution with a key."""

    PUBLIC = "public"
    LEARNER = "learner"
    INSTITUTION = "institution"


@dataclass(frozen=True)
class Call:
    """One request, authenticated and validated; everything a handler may know of it."""

    ports: Ports
    path: Mapping[str, str]
    body: BaseModel | None
    query: BaseModel | None
    idempotency_key: str
    address: str
    agent: str
    token: str
    language: str
    caller: Learner | ApiKey | None = None

    @property
    def learner(self) -> Learner:
        """The learner who is asking."""
        if not isinstance(self.caller, Learner):
            raise NotAuthenticated("not_authenticated")
        return self.caller

    @property
    def key(self) -> ApiKey:
        """The institution's key that is asking."""
        if not isinstance(self.caller, ApiKey):
            raise NotAuthenticated("not_authenticated")
        return self.caller

    def read(self, shape: type[Body]) -> Body:
        """Return the body, already validated against this shape."""
        return _as(shape, self.body)

    def ask(self, shape: type[Body]) -> Body:
        """Return the query, already validated against this shape."""
        return _as(shape, self.query)

    @property
    def n(self) -> int:
        """The lesson number in the path; its pattern lets digits through only."""
        return int(self.path["n"])


Handle = Callable[[Call], Awaitable[BaseModel | None]]


@dataclass(frozen=True)
class Operation:
    """A row of the URL table. `answer` None means 204 without a body."""

    method: str
    path: str
    handle: Handle
    access: Access
    summary: str
    answer: type[BaseModel] | None = None
    status: int = 200
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    scope: Scope | None = None
    needs_idempotency_key: bool = False


def _as(shape: type[Body], value: BaseModel | None) -> Body:
    if not isinstance(value, shape):
        message = f"the operation does not declare {shape.__name__}"
        raise TypeError(message)
    return value
