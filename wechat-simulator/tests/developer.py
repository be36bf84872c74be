"""A developer's message server; wechatpy, which knows nothing of us, checks what arrives."""

from __future__ import annotations

import asyncio
import json
import warnings
from typing import TYPE_CHECKING, Any, Self

import xmltodict
from aiohttp import web

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from wechatpy import parse_message
    from wechatpy.crypto import WeChatCrypto
    from wechatpy.exceptions import InvalidSignatureException
    from wechatpy.replies import create_reply
    from wechatpy.utils import check_signature

if TYPE_CHECKING:
    from merchant_client import Control


class Developer:
    """Listens on a free port. ``answers`` are used up one by one, then ``success``.

    An answer is bytes, a number (a status without body), text to reply with (XML, sealed when the
    mode asks for it), or a float: seconds to wait before ``success``.
    """

    def __init__(self, control: Control, app: Any) -> None:
        self.control = control
        self.app = app
        self.mode, self.form = "secure", "xml"
        self.crypto = WeChatCrypto(app["token"], app["encoding_aes_key"], app["appid"])
        self.messages: list[dict[str, Any]] = []
        self.queries: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.refused = 0
        self.answers: list[Any] = []
        self.echo: bytes | None = None

    async def __aenter__(self) -> Self:
        server = web.Application()
        server.router.add_get("/wechat", self._verify)
        server.router.add_post("/wechat", self._take)
        self._runner = web.AppRunner(server, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/wechat"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def configure(self, mode: str = "secure", form: str = "xml") -> Any:
        self.mode, self.form = mode, form
        wish = {"url": self.url, "mode": mode, "format": form}
        return await self.control.post(f"/_sim/apps/{self.app['appid']}/server", wish)

    async def _verify(self, request: web.Request) -> web.Response:
        query = request.query
        check_signature(self.app["token"], query["signature"], query["timestamp"], query["nonce"])
        return web.Response(body=query["echostr"].encode() if self.echo is None else self.echo)

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            plain = self._opened(request.query, body)
        except InvalidSignatureException:
            self.refused += 1
            return web.Response(status=403)
        self.queries.append(dict(request.query))
        self.bodies.append(plain.encode())
        self.messages.append(self._fields(plain))
        return await self._answer(plain)

    def _opened(self, query: Any, body: bytes) -> str:
        check_signature(self.app["token"], query["signature"], query["timestamp"], query["nonce"])
        if self.mode == "plain":
            return body.decode()
        outer = json.loads(body) if self.form == "json" else xmltodict.parse(body)["xml"]
        marks = (query["msg_signature"], query["timestamp"], query["nonce"])
        return str(self.crypto.decrypt_message({"Encrypt": outer["Encrypt"]}, *marks))

    def _fields(self, plain: str) -> dict[str, Any]:
        fields = json.loads(plain) if self.form == "json" else xmltodict.parse(plain)["xml"]
        return dict(fields)

    async def _answer(self, plain: str) -> web.Response:
        answer = self.answers.pop(0) if self.answers else b"success"
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            answer = b"success"
        if isinstance(answer, str):
            answer = self._sealed(create_reply(answer, parse_message(plain)).render())
        if isinstance(answer, int):
            return web.Response(status=answer)
        return web.Response(body=answer)

    def _sealed(self, reply: str) -> bytes:
        if self.mode == "plain":
            return reply.encode()
        return str(self.crypto.encrypt_message(reply, "nonce", "1714112445")).encode()
