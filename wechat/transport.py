"""One request to api.weixin.qq.com: its time-outs, its errcode, and nothing secret in any log or exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
)

from models.refusals import named
from wechat.config import Limits
from wechat.errors import FIRST_SERVER_ERROR, VendorError, request_id_in

log = structlog.get_logger(__name__)

OK = 200


@dataclass(frozen=True)
class ApiCall:
    """One call. Parameters hold secrets and tokens, so only the path is ever logged.

    `once` is for what is spent by being asked: not even a broken connection may repeat it.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    once: bool = False


class _SpentError(ClientError):
    """The HTTP client wanted to send a request a second time."""


class _Once:
    """Lets one attempt through: aiohttp repeats a GET by itself when its connection breaks."""

    def __init__(self) -> None:
        self._spent = False

    async def __call__(self, request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
        if self._spent:
            raise _SpentError
        self._spent = True
        return await send(request)


class ApiTransport:
    """Speaks to the Mini Program and Official Account interfaces."""

    def __init__(self, session: ClientSession, address: str, limits: Limits) -> None:
        self._session = session
        self._address = address
        self._timeout = ClientTimeout(total=limits.connect_s + limits.read_s, connect=limits.connect_s)

    async def call(self, call: ApiCall) -> dict[str, Any]:
        """Return the answer's JSON, whatever content type it claims (WeChat says text/plain at times).

        Raises VendorError for an errcode other than 0 (absence is success), OutsideFailure when the outcome is
        unknown.
        """
        status, raw = await self._send(call)
        answer = _json(raw)
        if status != OK or answer is None:
            log.warning("wechat_unexpected_answer", path=call.path, status=status)
            raise named("wechat_unavailable" if status >= FIRST_SERVER_ERROR else "wechat_unreadable")
        errcode = answer.get("errcode", 0)
        if not isinstance(errcode, int):
            raise named("wechat_unreadable", missing="errcode")
        if errcode:
            message = str(answer.get("errmsg", ""))
            log.info("wechat_refused", path=call.path, errcode=errcode, errmsg=message)
            raise VendorError(status, str(errcode), message, request_id_in(message))
        return answer

    async def _send(self, call: ApiCall) -> tuple[int, bytes]:
        """Send; an exception of the HTTP client is never passed on, because its text may hold the whole address."""
        try:
            async with self._session.request(
                call.method,
                self._address + call.path,
                params=call.params,
                data=None if call.body is None else orjson.dumps(call.body),
                headers={"Content-Type": "application/json"} if call.body is not None else None,
                timeout=self._timeout,
                allow_redirects=False,
                middlewares=(_Once(),) if call.once else (),
            ) as response:
                return response.status, await response.read()
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            log.warning("wechat_unreachable", path=call.path, why=type(error).__name__)
            raise named("wechat_unreachable") from None
        except (TimeoutError, ClientError) as error:
            log.warning("wechat_silent", path=call.path, why=type(error).__name__)
            raise named("wechat_silent") from None


def _json(raw: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
