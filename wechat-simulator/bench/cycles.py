"""How many create–complete–paid cycles a second the simulator does.

``python bench/cycles.py [cycles]``. The simulator runs as its own process; this one sends requests
that were signed beforehand and receives the USER_PAID notices. A cycle is two signed calls and one
delivered notice. The floor is what a cycle's cryptography alone costs on one core of this machine,
measured in the same run: two verifications, three signatures, one AES-GCM seal. The ratio compares
processor time, so that a busy machine does not spoil it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

ORDERS = "/v3/payscore/serviceorder"
LANES = 32
Signed = tuple[str, dict[str, str], bytes]


class Bench:
    """One merchant, ``LANES`` learners, a callback address that counts."""

    def __init__(self, url: str, http: aiohttp.ClientSession, cycles: int) -> None:
        self.url = url
        self.http = http
        self.cycles = cycles
        self.paid = 0
        self.all_paid = asyncio.Event()
        self.notices = ""

    async def prepare(self) -> None:
        """Fetch credentials, make learners, let them authorise."""
        async with self.http.get(f"{self.url}/_sim/credentials") as answer:
            shown = await answer.json()
        self.appid = shown["apps"][0]["appid"]
        self.merchant = shown["merchants"][0]
        self.service = self.merchant["services"][0]["service_id"]
        key = load_pem_private_key(self.merchant["private_key_pem"].encode(), None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("not an RSA key")
        self.key = key
        await self._control("/_sim/switches", {"deduction_delay_s": 0})
        self.openids = [await self._learner(n) for n in range(LANES)]

    async def _control(self, path: str, body: Any) -> Any:
        async with self.http.post(self.url + path, json=body) as answer:
            return await answer.json()

    async def _learner(self, number: int) -> str:
        user = await self._control("/_sim/users", {"balance_fen": 10**12})
        names = {"service_id": self.service, "appid": self.appid}
        body = names | {"authorization_code": f"A-{number}"}
        token = json.loads(await self.send(self.sign("/v3/payscore/permissions", body)))
        view = {"businessType": "wxpayScoreEnable", "extraData": token}
        await self._control(f"/_sim/users/{user['user_id']}/view", view)
        return str(user["openids"][self.appid])

    def sign(self, path: str, body: Any) -> Signed:
        """Return a signed request, good for five minutes."""
        raw = json.dumps(body).encode()
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        message = f"POST\n{path}\n{stamp}\n{nonce}\n".encode() + raw + b"\n"
        signature = base64.b64encode(self.key.sign(message, PKCS1v15(), SHA256())).decode()
        items = {
            "mchid": self.merchant["mchid"],
            "nonce_str": nonce,
            "signature": signature,
            "timestamp": stamp,
            "serial_no": self.merchant["serial_no"],
        }
        text = ",".join(f'{name}="{value}"' for name, value in items.items())
        headers = {
            "Authorization": f"WECHATPAY2-SHA256-RSA2048 {text}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        return self.url + path, headers, raw

    async def send(self, signed: Signed) -> bytes:
        """Send a signed request; RuntimeError on anything but 200."""
        url, headers, raw = signed
        async with self.http.post(url, data=raw, headers=headers) as answer:
            body = await answer.read()
            if answer.status != 200:  # noqa: PLR2004 - HTTP success
                raise RuntimeError(body.decode())
            return body

    def cycle(self, number: int) -> tuple[Signed, Signed]:
        """Return the two requests of cycle ``number``."""
        order_no = f"BENCH-{number:08d}"
        names = {"appid": self.appid, "service_id": self.service}
        create = names | {
            "out_order_no": order_no,
            "service_introduction": "bench",
            "time_range": {"start_time": "20200101000000"},
            "risk_fund": {"name": "ESTIMATE_ORDER_COST", "amount": 9900},
            "notify_url": self.notices,
            "need_user_confirm": False,
            "openid": self.openids[number % LANES],
        }
        complete = names | {
            "post_payments": [{"name": "lesson", "amount": 9900}],
            "total_amount": 9900,
            "time_range": {"end_time": "20200101010000"},
        }
        path = f"{ORDERS}/{order_no}/complete"
        return self.sign(ORDERS, create), self.sign(path, complete)

    async def lane(self, cycles: list[tuple[Signed, Signed]]) -> None:
        """Play cycles one after the other."""
        for create, complete in cycles:
            await self.send(create)
            await self.send(complete)

    async def take(self, _request: web.Request) -> web.Response:
        """Count one notice."""
        self.paid += 1
        if self.paid == self.cycles:
            self.all_paid.set()
        return web.Response(status=204)


async def main(cycles: int) -> None:
    """Start the simulator, measure, print."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wechat_simulator", "--port", "0"), stdout=asyncio.subprocess.PIPE
    )
    if process.stdout is None:
        raise RuntimeError("no output")
    url = (await process.stdout.readline()).decode().split()[-1]
    try:
        async with aiohttp.ClientSession() as http:
            await measure(Bench(url, http, cycles), process.pid)
    finally:
        process.terminate()
        await process.wait()


async def measure(bench: Bench, pid: int) -> None:
    """Run all lanes at once and print the rate."""
    app = web.Application()
    app.router.add_post("/paid", bench.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bench.notices = f"http://127.0.0.1:{runner.addresses[0][1]}/paid"
    await bench.prepare()
    work = [bench.cycle(number) for number in range(bench.cycles)]
    begun, used = time.perf_counter(), processor_s(pid)
    await asyncio.gather(*(bench.lane(work[n::LANES]) for n in range(LANES)))
    await bench.all_paid.wait()
    elapsed, used = time.perf_counter() - begun, processor_s(pid) - used
    await runner.cleanup()
    report(bench, elapsed, used)


def report(bench: Bench, elapsed: float, used: float) -> None:
    """Print what a cycle took, by the clock and in processor time."""
    floor, each = crypto_floor_s(bench.key), used / bench.cycles
    print(f"cycles                       {bench.cycles}")
    print(f"cycles per second            {bench.cycles / elapsed:.0f}")
    print(f"simulator's processor time   {each * 1000:.2f} ms a cycle = {1 / each:.0f} a second")
    print(f"floor: cryptography alone    {floor * 1000:.2f} ms a cycle = {1 / floor:.0f} a second")
    print(f"ratio                        {each / floor:.2f}")


def processor_s(pid: int) -> float:
    """Return the processor seconds a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def crypto_floor_s(key: RSAPrivateKey) -> float:
    """Return the processor seconds of one cycle's cryptography."""
    message, public, gcm = b"x" * 600, key.public_key(), AESGCM(b"k" * 32)
    signature = key.sign(message, PKCS1v15(), SHA256())
    rounds, begun = 200, time.process_time()
    for _ in range(rounds):
        for _ in range(2):
            public.verify(signature, message, PKCS1v15(), SHA256())
        for _ in range(3):
            key.sign(message, PKCS1v15(), SHA256())
        gcm.encrypt(b"n" * 12, message, b"payscore")
    return (time.process_time() - begun) / rounds


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000))
