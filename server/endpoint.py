"""Turns a declared operation into an aiohttp handler: who is asking, is the input right, what is the answer."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from handlers.operation import PORTS, Access, Call, Operation
from models.api_key import ApiKey
from models.errors import InvalidInput, NotAllowed, NotAuthenticated
from models.learner import Learner
from services.login import who_is, whose_key
from services.ports import Ports

AiohttpHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]
KEY_LENGTHS = range(8, 129)

LANGUAGE = web.RequestKey("language", str)
"""Where a request keeps the language of its answer, once it is known who is asking; errors speak it too."""


def endpoint(operation: Operation) -> AiohttpHandler:
    """Build the handler of one operation."""

    async def handle(request: web.Request) -> web.Response:
        ports = request.app[PORTS]
        token = bearer(request)
        caller = await _caller(operation, ports, token)
        request[LANGUAGE] = language_of(request, caller)
        call = Call(
            ports=ports,
            path=request.match_info,
            body=validated(operation.body, await request.read(), "body") if operation.body else None,
            query=_query(operation.query, request),
            idempotency_key=_idempotency_key(operation, request),
            address=request.remote or "",
            agent=request.headers.get("User-Agent", "")[:256],
            token=token,
            language=request[LANGUAGE],
            caller=caller,
        )
        answer = await operation.handle(call)
        return web.Response(status=204) if answer is None else json_response(answer, operation.status)

    return handle


def json_response(answer: BaseModel, status: int = 200) -> web.Response:
    """Write a model as JSON."""
    return web.Response(body=answer.model_dump_json().encode(), status=status, content_type="application/json")


def bearer(request: web.Request) -> str:
    """Return the bearer token sent along, or nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def language_of(request: web.Request, caller: Learner | ApiKey | None = None) -> str:
    """Say in which language to answer: what the request asks for, else what the learner chose, else Chinese."""
    asked = request.headers.get("Accept-Language", "")[:2].lower()
    if asked in {"en", "zh"}:
        return "en" if asked == "en" else "zh_CN"
    return caller.language if isinstance(caller, Learner) else "zh_CN"


def validated(shape: type[BaseModel], raw: bytes, where: str) -> BaseModel:
    """Validate JSON bytes; raises InvalidInput naming the first field that is wrong."""
    try:
        return shape.model_validate_json(raw or b"null", strict=None)
    except ValidationError as wrong:
        raise _named(wrong, where) from wrong


async def _caller(operation: Operation, ports: Ports, token: str) -> Learner | ApiKey | None:
    if operation.access is Access.PUBLIC:
        return None
    if not token:
        raise NotAuthenticated("not_authenticated")
    if operation.access is Access.LEARNER:
        return await who_is(ports, token)
    key = await whose_key(ports, token)
    if operation.scope not in key.scopes:
        raise NotAllowed("scope_missing", scope=operation.scope)
    return key


def _query(shape: type[BaseModel] | None, request: web.Request) -> BaseModel | None:
    if shape is None:
        return None
    try:
        return shape.model_validate(dict(request.query))
    except ValidationError as wrong:
        raise _named(wrong, "query") from wrong


def _idempotency_key(operation: Operation, request: web.Request) -> str:
    if not operation.needs_idempotency_key:
        return ""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) not in KEY_LENGTHS or not key.isascii() or not key.isprintable():
        raise InvalidInput("idempotency_key_missing", field="Idempotency-Key")
    return key


def _named(wrong: ValidationError, where: str) -> InvalidInput:
    first: Any = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    code = "invalid_json" if first["type"] == "json_invalid" else "invalid_input"
    return InvalidInput(code, field=field or where, problem=first["msg"])


def error_body(code: str, message: str, detail: object) -> bytes:
    """Write the one shape every error has."""
    return orjson.dumps({"error": {"code": code, "message": message, "detail": detail}}, default=str)
