"""A merchant's client written against the documents: it shares no code with the simulator."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import datetime
from functools import cache
from typing import Any, Self

import aiohttp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from yarl import URL


@cache
def private_key(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


class Control:
    """The control plane over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.http.request(method, self.url + path, json=body) as answer:
            raw = await answer.read()
            return answer.status, json.loads(raw) if raw else None

    async def get(self, path: str) -> Any:
        status, body = await self.call("GET", path)
        assert status == 200, body
        return body

    async def post(self, path: str, body: Any = None) -> Any:
        status, answer = await self.call("POST", path, {} if body is None else body)
        assert status == 200, answer
        return answer

    async def advance(self, seconds: float) -> None:
        await self.post("/_sim/clock", {"advance_s": seconds})

    async def user(self, **wishes: Any) -> Any:
        return await self.post("/_sim/users", wishes)


class Wire:
    """One answer of WeChat Pay as it came over the wire."""

    def __init__(self, status: int, headers: Any, raw: bytes) -> None:
        self.status = status
        self.headers = headers
        self.raw = raw

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def numeric(self) -> int:
        return int(self.headers["Request-ID"].rpartition("-")[2])


class PayClient:
    """Signs as one merchant and verifies every answer."""

    def __init__(self, control: Control, credentials: Any, mchid: str) -> None:
        self.control = control
        self.merchant = next(m for m in credentials["merchants"] if m["mchid"] == mchid)
        self.appid: str = credentials["apps"][0]["appid"]
        self.key = private_key(self.merchant["private_key_pem"])
        platform = credentials["platform"]
        certificate = load_pem_x509_certificate(platform["certificate_pem"].encode())
        self.platform: dict[str, Any] = {
            platform["public_key_id"]: load_pem_public_key(platform["public_key_pem"].encode()),
            platform["certificate_serial"]: certificate.public_key(),
        }
        self.serial: str | None = None
        self.http = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    def service(self, kind: str) -> str:
        return str(next(s["service_id"] for s in self.merchant["services"] if s["kind"] == kind))

    async def seconds(self) -> int:
        now = (await self.control.get("/_sim/clock"))["now"]
        return int(datetime.fromisoformat(now).timestamp())

    async def call(self, method: str, url: str, body: Any = None, **oddities: Any) -> Wire:
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = await self.headers(method, url, raw, **oddities)
        async with self.http.request(
            method, URL(self.control.url + url, encoded=True), data=raw or None, headers=headers
        ) as answer:
            wire = Wire(answer.status, answer.headers.copy(), await answer.read())
        if "unverified" not in oddities:
            self.verify(wire.headers, wire.raw)
        return wire

    async def headers(self, method: str, url: str, raw: bytes, **odd: Any) -> dict[str, str]:
        timestamp = str(await self.seconds() + odd.get("skew", 0))
        nonce = secrets.token_hex(16)
        message = f"{method}\n{url}\n{timestamp}\n{nonce}\n".encode() + raw + b"\n"
        signed = self.key.sign(odd.get("message", message), PKCS1v15(), SHA256())
        items = {
            "mchid": odd.get("mchid", self.merchant["mchid"]),
            "nonce_str": nonce,
            "signature": base64.b64encode(signed).decode(),
            "timestamp": timestamp,
            "serial_no": odd.get("serial_no", self.merchant["serial_no"]),
        }
        text = ",".join(f'{k}="{v}"' for k, v in items.items())
        headers = {
            "Authorization": f"WECHATPAY2-SHA256-RSA2048 {text}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        return headers | ({"Wechatpay-Serial": self.serial} if self.serial else {})

    def verify(self, headers: Any, raw: bytes) -> None:
        key: RSAPublicKey = self.platform[headers["Wechatpay-Serial"]]
        lines = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode()
        signature = base64.b64decode(headers["Wechatpay-Signature"])
        key.verify(signature, lines + raw + b"\n", PKCS1v15(), SHA256())

    def verifies(self, headers: Any, raw: bytes) -> bool:
        try:
            self.verify(headers, raw)
        except (InvalidSignature, KeyError, ValueError):
            return False
        return True

    def decrypt(self, raw: bytes) -> Any:
        resource = json.loads(raw)["resource"]
        cipher = AESGCM(self.merchant["api_v3_key"].encode())
        data = resource.get("associated_data", "").encode()
        sealed = base64.b64decode(resource["ciphertext"])
        return json.loads(cipher.decrypt(resource["nonce"].encode(), sealed, data))
