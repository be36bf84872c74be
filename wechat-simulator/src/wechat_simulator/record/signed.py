"""Requests signed as a merchant, to WeChat Pay or to a simulator."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from yarl import URL

from wechat_simulator.crypto import SCHEME, request_message, rsa_sign
from wechat_simulator.record.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import aiohttp


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as it came over the wire."""

    status: int
    headers: Mapping[str, str]
    raw: bytes


class Signed:
    """Signs with the merchant's key, at the time of the clock that the settings name."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._http = http
        self._key = _private_key(settings.private_key_pem)

    async def now(self) -> int:
        """Return the seconds to sign with."""
        if not self._settings.clock_url:
            return int(time.time())
        async with self._http.get(self._settings.clock_url) as answer:
            return int(datetime.fromisoformat((await answer.json())["now"]).timestamp())

    async def send(self, method: str, url: str, body: Any = None, *, forged: bool = False) -> Reply:
        """Return the answer; a ``forged`` request is signed for another body."""
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = await self._headers(method, url, raw, forged=forged)
        address = URL(self._settings.url.rstrip("/") + url, encoded=True)
        async with self._http.request(
            method, address, data=raw or None, headers=headers, allow_redirects=False
        ) as answer:
            return Reply(answer.status, answer.headers.copy(), await answer.read())

    async def post(self, url: str, body: Any) -> Any:
        """Return what a POST that must succeed answers."""
        return _succeeded(await self.send("POST", url, body))

    async def get(self, url: str) -> Any:
        """Return what a GET that must succeed answers."""
        return _succeeded(await self.send("GET", url))

    async def _headers(self, method: str, url: str, raw: bytes, *, forged: bool) -> dict[str, str]:
        stamp, nonce = str(await self.now()), secrets.token_hex(16)
        message = request_message(method, url, stamp, nonce, raw + (b"x" if forged else b""))
        items = {
            "mchid": self._settings.mchid,
            "nonce_str": nonce,
            "signature": rsa_sign(self._key, message),
            "timestamp": stamp,
            "serial_no": self._settings.serial_no,
        }
        text = ",".join(f'{name}="{value}"' for name, value in items.items())
        headers = {
            "Authorization": f"{SCHEME} {text}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "wechat-simulator-record",
        }
        serial = self._settings.wechatpay_serial
        return headers | ({"Wechatpay-Serial": serial} if serial else {})


def _succeeded(reply: Reply) -> Any:
    if reply.status // 100 != 2:  # noqa: PLR2004 - HTTP success
        raise RuntimeError(reply.raw.decode("utf-8", "replace"))
    return json.loads(reply.raw) if reply.raw else None


def _private_key(pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError) as error:
        raise SettingsError("private_key: not a PEM private key without a password") from error
    if not isinstance(key, RSAPrivateKey):
        raise SettingsError("private_key: not an RSA key")
    return key
