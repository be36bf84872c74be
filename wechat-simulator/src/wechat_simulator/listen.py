"""A callback address to watch: ``python -m wechat_simulator.listen --port 8099``.

Verifies every notice with the running simulator's keys, prints its event and plaintext as one JSON
line, and answers 204. ``--status 500`` refuses good notices too, to watch the retries.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from wechat_simulator.crypto import aes_gcm_decrypt, answer_message, rsa_verify

if TYPE_CHECKING:
    from collections.abc import Mapping


class Listener:
    """Answers a verified notice with ``status``, any other request with 401."""

    def __init__(self, simulator: str, mchid: str, status: int) -> None:
        self._simulator = simulator
        self._mchid = mchid
        self._status = status

    def application(self) -> web.Application:
        """Return the web application; every path is a callback address."""
        app = web.Application()
        app.router.add_post("/{path:.*}", self._take)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{self._simulator}/_sim/credentials") as answer,
        ):
            shown = await answer.json()
        if not verified(shown["platform"], request.headers, body):
            self._say({"refused": "the signature is wrong"})
            return web.Response(status=401)
        key = next(m["api_v3_key"] for m in shown["merchants"] if m["mchid"] == self._mchid)
        envelope = json.loads(body)
        plain = opened(key, envelope["resource"])
        self._say({"event_type": envelope["event_type"], "plaintext": plain})
        return web.Response(status=self._status)

    def _say(self, line: dict[str, Any]) -> None:
        print(json.dumps(line, ensure_ascii=False), flush=True)


def verified(platform: dict[str, str], headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether one of the platform's keys signed ``body``."""
    key = _key(platform, headers.get("Wechatpay-Serial", ""))
    stamp, nonce = headers.get("Wechatpay-Timestamp", ""), headers.get("Wechatpay-Nonce", "")
    signature = headers.get("Wechatpay-Signature", "")
    return key is not None and rsa_verify(key, answer_message(stamp, nonce, body), signature)


def _key(platform: dict[str, str], serial: str) -> RSAPublicKey | None:
    if serial == platform["public_key_id"]:
        key = load_pem_public_key(platform["public_key_pem"].encode())
    elif serial == platform["certificate_serial"]:
        key = load_pem_x509_certificate(platform["certificate_pem"].encode()).public_key()
    else:
        return None
    return key if isinstance(key, RSAPublicKey) else None


def opened(api_v3_key: str, resource: dict[str, str]) -> Any:
    """Return the decrypted plaintext of a notice's ``resource``."""
    data = resource.get("associated_data", "")
    return json.loads(aes_gcm_decrypt(api_v3_key, resource["nonce"], data, resource["ciphertext"]))


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and listen until interrupted."""
    parser = argparse.ArgumentParser(prog="wechat_simulator.listen", description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--url", default="http://127.0.0.1:8090", help="the simulator's address")
    parser.add_argument("--mchid", default="1900000001", help="whose notices arrive here")
    parser.add_argument("--status", type=int, default=204, help="the answer to a good notice")
    options = parser.parse_args(arguments)
    asyncio.run(_listen(Listener(options.url, options.mchid, options.status), options.port))


async def _listen(listener: Listener, port: int) -> None:
    runner = web.AppRunner(listener.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(f"listening on http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
