"""How many calls a second this side of WeChat takes, over HTTP, from one client process.

Run ``python bench/weixin_calls.py [calls]`` in wechat-simulator/. Simulator, client and the
developer's server share one event loop, so the numbers are a lower bound.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web

from wechat_simulator.server import Simulator
from wechat_simulator.weixin.crypto import sign

AT_ONCE = 50


class Bench:
    """One simulator, one user, one developer's server that answers success."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http = http
        self.url = url

    async def post(self, path: str, body: Any) -> Any:
        """Post JSON."""
        async with self.http.post(self.url + path, json=body) as answer:
            return await answer.json(content_type=None)

    async def get(self, path: str) -> Any:
        """Get JSON."""
        async with self.http.get(self.url + path) as answer:
            return await answer.json(content_type=None)

    async def rate(self, name: str, calls: int, call: Callable[[], Awaitable[Any]]) -> None:
        """Make the calls, fifty at once, and print how many a second there were."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one() -> None:
            async with gate:
                await call()

        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(calls)))
        print(f"{name:32} {calls / (time.perf_counter() - began):8.0f} /s")


async def _server(app: Any) -> tuple[web.AppRunner, str]:
    async def verify(request: web.Request) -> web.Response:
        query = request.query
        good = sign(app["token"], query["timestamp"], query["nonce"]) == query["signature"]
        return web.Response(text=query["echostr"] if good else "", status=200 if good else 403)

    async def take(_request: web.Request) -> web.Response:
        return web.Response(text="success")

    server = web.Application()
    server.router.add_get("/", verify)
    server.router.add_post("/", take)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/"


async def main(calls: int) -> None:
    """Measure login, followers, and pushes in plain and secure mode."""
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with Simulator() as sim, aiohttp.ClientSession(connector=connector) as http:
        bench = Bench(http, sim.url)
        mp, oa = (await bench.get("/_sim/credentials"))["apps"]
        await bench.post("/_sim/switches", {"api_limits": {}})
        user = await bench.post("/_sim/users", {})
        runner, url = await _server(oa)
        await _calls(bench, calls, mp, oa, user)
        for mode in ("plain", "secure"):
            server = {"url": url, "mode": mode}
            await bench.post(f"/_sim/apps/{oa['appid']}/server", server)
            say = f"/_sim/users/{user['user_id']}/say"
            speak = partial(bench.post, say, {"text": "hi"})
            await bench.rate(f"say, {mode} mode", calls, speak)
        await runner.cleanup()


async def _calls(bench: Bench, calls: int, mp: Any, oa: Any, user: Any) -> None:
    login = f"/_sim/users/{user['user_id']}/login"
    exchange = f"/sns/jscode2session?appid={mp['appid']}&secret={mp['secret']}"

    async def log_in() -> None:
        code = (await bench.post(login, {"appid": mp["appid"]}))["code"]
        await bench.get(f"{exchange}&grant_type=authorization_code&js_code={code}")

    fields = {"grant_type": "client_credential", "appid": oa["appid"], "secret": oa["secret"]}
    token = (await bench.post("/cgi-bin/stable_token", fields))["access_token"]
    openid = user["openids"][oa["appid"]]
    info = f"/cgi-bin/user/info?access_token={token}&openid={openid}"
    await bench.rate("wx.login and jscode2session", calls, log_in)
    await bench.rate("user/info", calls, lambda: bench.get(info))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
