"""One signed request to WeChat Pay and its verified answer; when to repeat it, and when to admit we do not know."""

import asyncio
from asyncio import Semaphore, get_running_loop
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from random import uniform
from typing import Any
from urllib.parse import quote

import orjson
import structlog
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
)
from yarl import URL

from models.errors import OutsideFailure, XianxueError
from models.refusals import named
from wechat.config import Limits
from wechat.errors import TOO_MANY_REQUESTS, VendorError, refuse_payment
from wechat.needs import Clock, Ids
from wechat.pay.keys import MerchantKeys
from wechat.pay.signing import (
    UnprovenError,
    Window,
    authorization,
    is_signed,
    request_message,
    sign,
    verify,
)

SYSTEM_ERROR_STATUS = 500
ACCEPTED = 202

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PayCall:
    """One call: `path` may hold numbers of ours, already percent-encoded; `name` is its shape, fit for logs.

    `sealed_for` is the id of WeChat's key that fields of the body are encrypted for.
    """

    name: str
    method: str
    path: str
    query: Mapping[str, str | None] | None = None
    body: Mapping[str, Any] | None = None
    sealed_for: str = ""

    @property
    def target(self) -> str:
        """Return path and query exactly as they are signed and sent; parameters without a value are left out."""
        pairs = [f"{name}={quote(value, safe='')}" for name, value in (self.query or {}).items() if value is not None]
        return f"{self.path}?{'&'.join(pairs)}" if pairs else self.path

    @property
    def content(self) -> bytes:
        """Serialise the body: once, so that the bytes signed are the bytes sent."""
        return b"" if self.body is None else orjson.dumps(self.body)


@dataclass(frozen=True)
class _Answer:
    """What came back, before anything about it is believed."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def is_success(self) -> bool:
        return self.status // 100 == 2  # noqa: PLR2004 - the class of success

    @property
    def request_id(self) -> str:
        return self.headers.get("Request-ID", "")

    def json(self) -> dict[str, Any] | None:
        try:
            value = orjson.loads(self.raw)
        except orjson.JSONDecodeError:
            return None
        return value if isinstance(value, dict) else None


class PayHttp:
    """Speaks APIv3 for any number of merchants."""

    def __init__(
        self, session: ClientSession, *, address: str, clock: Clock, ids: Ids, signers: Executor, limits: Limits
    ) -> None:
        self._session = session
        self._address = address
        self._clock = clock
        self._ids = ids
        self._signers = signers
        self._pauses_s = limits.pauses_s
        self._timeout = ClientTimeout(total=limits.connect_s + limits.read_s, connect=limits.connect_s)
        self._slots: dict[str, Semaphore] = defaultdict(lambda: Semaphore(limits.calls_per_merchant))

    async def call(self, keys: MerchantKeys, call: PayCall) -> dict[str, Any]:
        """Return the verified answer, {} when WeChat answers without a body.

        Raises what `models/refusals` names: Declined or Conflict for a no, OutsideFailure when the outcome is
        unknown. Repeats at once, with the same parameters, only what WeChat did not carry out (429, 500); after
        silence, only questions. WeChat's advice for both: pay.weixin.qq.com, "error codes and retries".
        """
        content = call.content
        for pause_s in self._pauses_s:
            try:
                return await self._once(keys, call, content)
            except XianxueError as error:
                if not _repeatable(call, error):
                    raise
            await asyncio.sleep(pause_s * uniform(0.5, 1.5))  # noqa: S311 - spreads load, keeps no secret
        return await self._once(keys, call, content)

    async def sign(self, keys: MerchantKeys, message: bytes) -> str:
        """Sign with the merchant's key, off the loop: one RSA signature takes about a millisecond."""
        return await get_running_loop().run_in_executor(self._signers, sign, keys.private_key, message)

    async def _once(self, keys: MerchantKeys, call: PayCall, content: bytes) -> dict[str, Any]:
        async with self._slots[keys.merchant_id]:
            asked_at = await self._clock.now()
            headers = await self._headers(keys, call, content, asked_at)
            answer = await self._send(call, content, headers)
            window = Window(asked_at, await self._clock.now())
        try:
            body = _believed(keys, answer, window)
        except VendorError as error:
            log.info("wechat_pay_refused", call=call.name, merchant=keys.merchant_id, vendor=str(error))
            raise refuse_payment(error) from error
        except UnprovenError as error:
            log.warning("wechat_pay_unproven", call=call.name, merchant=keys.merchant_id, why=error.why)
            raise named("wechat_unverified", request_id=answer.request_id) from error
        log.debug("wechat_pay_answered", call=call.name, merchant=keys.merchant_id, request_id=answer.request_id)
        return body

    async def _headers(self, keys: MerchantKeys, call: PayCall, content: bytes, now: datetime) -> dict[str, str]:
        timestamp_s, nonce = int(now.timestamp()), self._ids.new("")
        message = request_message(call.method, call.target, timestamp_s, nonce, content)
        signature = await self.sign(keys, message)
        headers = {
            "Authorization": authorization(keys.mchid, keys.serial, timestamp_s, nonce, signature),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "xianxue (aiohttp)",
        }
        if key_id := call.sealed_for or keys.answer_key_id:
            headers["Wechatpay-Serial"] = key_id
        return headers

    async def _send(self, call: PayCall, content: bytes, headers: Mapping[str, str]) -> _Answer:
        try:
            async with self._session.request(
                call.method,
                URL(self._address + call.target, encoded=True),
                data=content,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                return _Answer(response.status, response.headers, await response.read())
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            log.warning("wechat_pay_unreachable", call=call.name, why=type(error).__name__)
            raise named("wechat_unreachable") from error
        except (TimeoutError, ClientError) as error:
            log.warning("wechat_pay_silent", call=call.name, why=type(error).__name__)
            raise named("wechat_silent") from error


def _believed(keys: MerchantKeys, answer: _Answer, window: Window) -> dict[str, Any]:
    """Return the body of a success that is provably WeChat's; raises UnprovenError or VendorError.

    A refusal is believed when it is signed, or when an unsigned one has WeChat's shape; a page of some gateway in
    between never is. A success is believed only when it is signed.
    """
    if answer.is_success or is_signed(answer.headers):
        verify(keys.platform, answer.headers, answer.raw, window)
    body = answer.json()
    if not answer.is_success or (answer.status == ACCEPTED and body and "code" in body):
        code, message = ((body or {}).get(name) for name in ("code", "message"))
        raise VendorError(answer.status, str(code or ""), str(message or ""), answer.request_id)
    if body is None and answer.raw.strip():
        raise VendorError(answer.status, "", "no JSON object", answer.request_id)
    return body or {}


def _repeatable(call: PayCall, error: XianxueError) -> bool:
    if not isinstance(error, OutsideFailure):
        return False
    if isinstance(error.__cause__, VendorError):
        return error.__cause__.status in {TOO_MANY_REQUESTS, SYSTEM_ERROR_STATUS}
    return call.method == "GET"
