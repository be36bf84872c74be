"""A WeChat Pay of our own making: a real server with its own keys that checks what it is sent and signs its answers.

It shares no signing code with the product: requests are verified and answers signed with `cryptography` directly.
"""

import json
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from lab.rig.wechatpay import Signer

PUBLIC_KEY_ID = "PUB_KEY_ID_0000000000000024101100397200000006"
MERCHANT_SERIAL = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"

NOW = datetime(2026, 3, 2, 4, 5, 6, tzinfo=UTC)


@cache
def fresh_key(name: str) -> rsa.RSAPrivateKey:
    """Make a key for this run; the same name gives the same key."""
    assert name
    return rsa.generate_private_key(65537, 2048)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@dataclass
class FrozenClock:
    """A clock the test moves."""

    at: datetime = NOW

    async def now(self) -> datetime:
        return self.at


class CountingIds:
    """Ids in the order they were made."""

    def __init__(self) -> None:
        self.made = 0

    mark = ""

    def new(self, prefix: str, length: int = 20) -> str:
        self.made += 1
        return f"{prefix}{self.made:020d}"


@dataclass
class Received:
    """One request as it arrived."""

    method: str
    target: str
    body: Any
    raw: bytes
    headers: dict[str, str]
    authorization: dict[str, str]


Reply = Callable[[web.Request, Received], Awaitable[web.StreamResponse]]


@dataclass
class Peer:
    """What it was asked, and what it will answer: the next reply in line, the last one for ever."""

    address: str = ""
    received: list[Received] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    def will(self, *replies: Reply) -> None:
        self.replies = list(replies)

    @property
    def last(self) -> Received:
        return self.received[-1]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        authorization = _checked_authorization(request, raw)
        body = json.loads(raw) if raw else None
        seen = Received(request.method, request.raw_path, body, raw, dict(request.headers), authorization)
        self.received.append(seen)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return await reply(request, seen)


def _checked_authorization(request: web.Request, raw: bytes) -> dict[str, str]:
    scheme, _, items = request.headers["Authorization"].partition(" ")
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    found = dict(re.findall(r'(\w+)="([^"]*)"', items))
    lines = (request.method, request.raw_path, found["timestamp"], found["nonce_str"])
    message = "".join(f"{line}\n" for line in lines).encode() + raw + b"\n"
    fresh_key("merchant").public_key().verify(b64decode(found["signature"]), message, PKCS1v15(), SHA256())
    return found


def signature_headers(body: bytes, at: datetime = NOW, key: str = "platform") -> dict[str, str]:
    return Signer(PUBLIC_KEY_ID, fresh_key(key)).headers(body, at)


def answers(
    body: Any = None,
    *,
    status: int = 200,
    numeric: int = 0,
    signed: bool = True,
    at: datetime = NOW,
    key: str = "platform",
    **headers: str,
) -> Reply:
    """Answer with JSON (bytes go out as they are), signed as WeChat signs unless told otherwise."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()

    async def reply(_: web.Request, __: Received) -> web.StreamResponse:
        sent = {"Request-ID": f"08D0F5BAC506-{numeric}", "Content-Type": "application/json"}
        if signed:
            sent |= signature_headers(raw, at, key)
        return web.Response(status=status, body=raw, headers=sent | headers)

    return reply


def refuses(status: int, code: str, message: str = "", numeric: int = 0) -> Reply:
    return answers({"code": code, "message": message}, status=status, numeric=numeric)


@asynccontextmanager
async def running_peer() -> AsyncIterator[Peer]:
    peer = Peer()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", peer.handle)
    async with TestServer(app) as server:
        peer.address = str(server.make_url("")).rstrip("/")
        yield peer
