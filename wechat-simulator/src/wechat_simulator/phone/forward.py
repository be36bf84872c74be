"""What a Mini Program requests from its own server, passed on from ``/phone/product``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import aiohttp
from yarl import URL

from wechat_simulator.errors import ControlError
from wechat_simulator.parts import Part
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.wishes import text

PREFIX = "/phone/product"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# all that wx.request sends of its own; Origin, Referer and cookies are the browser's
_SENT = (
    *("Accept", "Accept-Language", "Authorization", "Content-Type"),
    *("Idempotency-Key", "User-Agent"),
)
_RETURNED = ("Retry-After", "X-Request-Id", "Content-Language")
_LIMIT_S = 60
_BAD_GATEWAY = 502


@dataclass
class RequestDomains(Part):
    """The address that stands for the request domain of each app's console, by appid."""

    name: ClassVar[str] = "request_domains"
    addresses: dict[str, str] = field(default_factory=dict)


async def _forward(call: Call) -> Answer:
    appid = call.world.accounts.miniprogram.appid
    address = call.world.part(RequestDomains).addresses.get(appid)
    if address is None:
        raise ControlError("POST /_sim/apps/{appid}/request-domain first", status=_BAD_GATEWAY)
    url = URL(address + call.raw_url.removeprefix(PREFIX), encoded=True)
    headers = {name: call.headers[name] for name in _SENT if name in call.headers}
    limit = aiohttp.ClientTimeout(total=_LIMIT_S)
    try:
        async with call.world.http.request(
            call.method,
            url,
            data=call.body or None,
            headers=headers,
            timeout=limit,
            allow_redirects=False,
            cookies={},
        ) as answer:
            return await _returned(answer)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise ControlError(f"no answer from {address}: {error!r}", status=_BAD_GATEWAY) from error


async def _returned(answer: aiohttp.ClientResponse) -> Answer:
    kept = {name: answer.headers[name] for name in _RETURNED if name in answer.headers}
    kind = answer.headers.get("Content-Type", "application/octet-stream")
    return Answer(answer.status, await answer.read(), kind, headers=kept)


async def _set_domain(call: Call) -> Answer:
    """Do what a developer does in the console: name the server that the app may request from."""
    app = call.world.accounts.app(call.params["appid"])
    if app is None:
        raise ControlError(f"no app {call.params['appid']}", status=404)
    address = text(call.json(), "address").rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise ControlError("address must begin with http:// or https://")
    call.world.part(RequestDomains).addresses[app.appid] = address
    return json_answer({"address": address})


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    path = PREFIX + "/{path:.*}"
    return (
        *(Route(method, path, _forward, Plane.NETWORK) for method in _METHODS),
        Route("POST", "/_sim/apps/{appid}/request-domain", _set_domain, Plane.CONTROL),
    )
