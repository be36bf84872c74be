"""``/_sim/apps/{appid}/server``: the console page where a developer sets the server address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from wechat_simulator.errors import ControlError
from wechat_simulator.plain import to_plain
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer, no_content
from wechat_simulator.weixin.deliveries import Deliveries
from wechat_simulator.weixin.servers import Server, Servers, stamp, verification_url

if TYPE_CHECKING:
    from wechat_simulator.accounts import App

_MODES, _FORMATS = ("secure", "compat", "plain"), ("xml", "json")
HTTP_OK = 200


def _app(call: Call) -> App:
    app = call.world.accounts.app(call.params["appid"])
    if app is None:
        raise ControlError(f"no app {call.params['appid']}", status=404)
    return app


async def _configure(call: Call) -> Answer:
    """Verify the address with a GET, then keep it; a failed check leaves the old one in place."""
    app, wish = _app(call), call.json()
    server = Server(
        url=str(wish.get("url", "")),
        mode=wish.get("mode", "secure"),
        form=wish.get("format", "xml"),
    )
    if server.mode not in _MODES or server.form not in _FORMATS:
        raise ControlError(f"mode is one of {_MODES}, format one of {_FORMATS}")
    if not server.url.startswith(("http://", "https://")):
        raise ControlError("the URL must begin with http:// or https://")
    await _verify(call, app, server)
    call.world.part(Servers).servers[app.appid] = server
    return json_answer({"verified": True})


async def _verify(call: Call, app: App, server: Server) -> None:
    """Expect the bare echostr and nothing else, with 200, within the time limit."""
    echostr = "1" + call.world.wire_ids.digits("echostr", 18)
    url = verification_url(server, app, stamp(call.world), echostr)
    limit = aiohttp.ClientTimeout(total=call.world.switches.number("push_timeout_s"))
    try:
        async with call.world.http.get(url, timeout=limit, allow_redirects=False) as answer:
            status, body = answer.status, await answer.read()
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise ControlError(f"verification failed: {type(error).__name__} {error}") from error
    if status != HTTP_OK or body != echostr.encode():
        shown = body[:80].decode("utf-8", "replace")
        raise ControlError(f"verification failed: HTTP {status}, {shown!r} is not {echostr!r}")


async def _read(call: Call) -> Answer:
    server = call.world.part(Servers).servers.get(_app(call).appid)
    if server is None:
        raise ControlError("no server address is configured", status=404)
    return json_answer({"url": server.url, "mode": server.mode, "format": server.form})


async def _remove(call: Call) -> Answer:
    call.world.part(Servers).servers.pop(_app(call).appid, None)
    return no_content()


async def _pushes(call: Call) -> Answer:
    """List every push with its tries, oldest first."""
    deliveries = call.world.part(Deliveries).deliveries.values()
    return json_answer({"pushes": [to_plain(delivery.view()) for delivery in deliveries]})


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    path = "/_sim/apps/{appid}/server"
    return (
        Route("POST", path, _configure, Plane.CONTROL),
        Route("GET", path, _read, Plane.CONTROL),
        Route("DELETE", path, _remove, Plane.CONTROL),
        Route("GET", "/_sim/pushes", _pushes, Plane.CONTROL),
    )
