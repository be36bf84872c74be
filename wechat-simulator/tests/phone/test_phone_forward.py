"""What a Mini Program requests from its own server, on its way through the phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

if TYPE_CHECKING:
    from merchant_client import Control


class Product:
    """A server that keeps what arrived and answers with a cookie."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.seen.append((request.method, request.raw_path, dict(request.headers), body))
        headers = {"Set-Cookie": "a=b", "Retry-After": "7", "Server-Secret": "x"}
        return web.json_response({"ok": True}, status=201, headers=headers)


@pytest.fixture
async def product(control: Control) -> AsyncIterator[Product]:
    async with Product() as product:
        app = (await control.get("/_sim/apps"))["apps"][0]
        path = f"/_sim/apps/{app['appid']}/request-domain"
        await control.post(path, {"address": product.url + "/"})
        yield product


async def ask(control: Control, path: str, method: str = "POST", **more: Any) -> Any:
    url = URL(control.url + "/phone/product" + path, encoded=True)
    async with control.http.request(method, url, **more) as answer:
        return answer.status, await answer.read(), dict(answer.headers)


async def test_only_what_the_request_says_itself_is_passed_on(
    control: Control, product: Product
) -> None:
    sent = {
        "Authorization": "Bearer t",
        "Idempotency-Key": "k",
        "Content-Type": "application/json",
        "Origin": control.url,
        "Referer": control.url + "/phone/",
        "Cookie": "session=1",
        "X-Forwarded-For": "1.2.3.4",
    }
    status, body, headers = await ask(control, "/v1/x?a=%2F&b=1", data=b'{"a":1}', headers=sent)
    assert (status, body, headers["Retry-After"]) == (201, b'{"ok": true}', "7")
    assert not {"Set-Cookie", "Server-Secret"} & headers.keys()
    [(method, path, arrived, content)] = product.seen
    assert (method, path, content) == ("POST", "/v1/x?a=%2F&b=1", b'{"a":1}')
    kept = {name: arrived[name] for name in ("Authorization", "Idempotency-Key", "Content-Type")}
    assert kept == {name: sent[name] for name in kept}
    assert not {"Origin", "Referer", "Cookie", "X-Forwarded-For"} & arrived.keys()


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_every_method_of_wx_request_passes(
    control: Control, product: Product, method: str
) -> None:
    assert (await ask(control, "/v1/x", method))[0] == 201
    assert product.seen[0][0] == method


async def test_the_network_can_be_slow_and_can_fail(control: Control, product: Product) -> None:
    target = "POST /phone/product/*"
    await control.post("/_sim/faults", {"target": target, "kind": "500"})
    assert (await ask(control, "/v1/x"))[0] == 500
    await control.post(
        "/_sim/faults", {"target": target, "kind": "timeout_after_effect", "hold_s": 0}
    )
    with pytest.raises(aiohttp.ClientError):
        await ask(control, "/v1/x")
    assert len(product.seen) == 1


async def test_without_an_address_or_an_answer_the_gateway_says_so(control: Control) -> None:
    assert (await ask(control, "/v1/x"))[0] == 502
    app = (await control.get("/_sim/apps"))["apps"][0]
    path = f"/_sim/apps/{app['appid']}/request-domain"
    await control.post(path, {"address": "http://127.0.0.1:9"})
    status, body, _ = await ask(control, "/v1/x")
    assert status == 502
    assert b"127.0.0.1:9" in body
    assert (await control.call("POST", path, {"address": "ftp://x"}))[0] == 400
    assert (await control.call("POST", path.replace("wx", "no"), {"address": "http://x"}))[0] == 404
