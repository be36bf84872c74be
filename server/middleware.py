"""Around every request: an id, one log line, a time, and errors in their one shape."""

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from secrets import token_hex

from aiohttp import web
from aiohttp.hdrs import METH_ALL
from structlog import get_logger
from structlog.contextvars import bound_contextvars

from models.errors import XianxueError
from models.texts import say_error
from server.endpoint import LANGUAGE, error_body, language_of
from server.metrics import REQUEST_SECONDS

log = get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PLAIN_ID = re.compile("[A-Za-z0-9._-]{1,64}")
"""A request id somebody else gave is taken over only when it can do no harm in a log."""

CODES_BY_STATUS = {404: "route_not_found", 405: "method_not_allowed", 413: "too_large", 400: "bad_request"}


@web.middleware
async def request_log(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Return the request an id, time it, and write one line about it without its query (secrets travel there)."""
    given = request.headers.get("X-Request-Id", "")
    request_id = given if PLAIN_ID.fullmatch(given) else token_hex(8)
    started = time.perf_counter()
    with bound_contextvars(request_id=request_id):
        response = await handler(request)
        seconds = time.perf_counter() - started
        route = _route(request)
        method = request.method if request.method in METH_ALL else "other"
        REQUEST_SECONDS.labels(method, route, str(response.status)).observe(seconds)
        log.info(
            "request",
            action="http",
            method=method,
            route=route,
            status=response.status,
            ms=round(seconds * 1000, 1),
        )
    response.headers["X-Request-Id"] = request_id
    return response


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer refusals by their own status, anything unforeseen as a 500 that tells nothing but is logged whole."""
    try:
        return await handler(request)
    except XianxueError as error:
        log.info("refused", action="http.refused", code=error.code, detail=dict(error.detail), route=_route(request))
        return _answer(request, error.http_status, error.code, error.detail)
    except web.HTTPException as error:
        if error.status < web.HTTPBadRequest.status_code:
            raise
        return _answer(request, error.status, CODES_BY_STATUS.get(error.status, "bad_request"), {})
    except Exception:
        log.exception("unforeseen", action="http.crash", route=_route(request))
        return _answer(request, 500, "internal", {})


def _answer(request: web.Request, status: int, code: str, detail: Mapping[str, object]) -> web.Response:
    message = say_error(code, request.get(LANGUAGE) or language_of(request), detail)
    wait = {"Retry-After": str(detail["retry_after_s"])} if "retry_after_s" in detail else {}
    body = error_body(code, message, detail)
    return web.Response(body=body, status=status, content_type="application/json", headers=wait)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"
