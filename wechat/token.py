"""Access tokens, one per app: fetched once for all who wait, renewed before they end, retried once when refused.

`stable_token` in its normal mode gives every caller the same token, so processes need not agree with each other; the
five minutes of overlap around a renewal are WeChat's. Source: developers.weixin.qq.com, "getStableAccessToken".
"""

from asyncio import Lock
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from pydantic import Field

from models.base import Moment, Value
from models.errors import OutsideFailure
from models.refusals import named
from wechat.config import AppConfig
from wechat.errors import VendorError, refuse_call
from wechat.needs import Clock
from wechat.transport import ApiCall, ApiTransport

RENEWAL = timedelta(minutes=5)
"""WeChat hands out the next token in the last five minutes of the present one."""

PATIENCE = timedelta(seconds=30)
"""A token just fetched is not fetched again, however little life WeChat gave it."""

REFUSED_TOKENS = frozenset({"40001", "40014", "42001"})


class Token(Value):
    """An access token and its life."""

    value: str = Field(repr=False)
    fetched_at: Moment
    expires_at: Moment


class TokenStore(Protocol):
    """Where tokens are kept; a shared one spares processes a call each."""

    async def get(self, appid: str) -> Token | None:
        """Return the token of an app."""
        ...

    async def put(self, appid: str, token: Token) -> None:
        """Keep the token of an app."""
        ...


class MemoryTokens:
    """Tokens of this process."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}

    async def get(self, appid: str) -> Token | None:
        """Return the token of an app."""
        return self._tokens.get(appid)

    async def put(self, appid: str, token: Token) -> None:
        """Keep the token of an app."""
        self._tokens[appid] = token


class AppCalls:
    """Calls of one app that carry its access token."""

    def __init__(self, app: AppConfig, transport: ApiTransport, clock: Clock, tokens: TokenStore) -> None:
        self._app = app
        self._transport = transport
        self._clock = clock
        self._tokens = tokens
        self._lock = Lock()

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        exceptions: Mapping[int, str] | None = None,
    ) -> dict[str, Any]:
        """Return the answer; `exceptions` names errcodes this call means otherwise.

        A refused token is renewed and the call made once more, never twice: WeChat did nothing under a bad token.
        Raises what `models/refusals` names.
        """
        token = await self._token(refused="")
        try:
            try:
                return await self._once(method, path, token, params, body)
            except VendorError as error:
                if error.code not in REFUSED_TOKENS:
                    raise
            return await self._once(method, path, await self._token(refused=token), params, body)
        except VendorError as error:
            raise refuse_call(error, exceptions) from error

    async def _once(
        self, method: str, path: str, token: str, params: Mapping[str, str] | None, body: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        return await self._transport.call(ApiCall(method, path, {**(params or {}), "access_token": token}, body))

    async def _token(self, refused: str) -> str:
        stored = await self._fresh(refused)
        if stored:
            return stored.value
        async with self._lock:
            stored = await self._fresh(refused)
            if stored:
                return stored.value
            return await self._renewed(refused)

    async def _fresh(self, refused: str) -> Token | None:
        stored = await self._tokens.get(self._app.appid)
        if stored is None or stored.value == refused:
            return None
        now = await self._clock.now()
        young = now - stored.fetched_at < PATIENCE and now < stored.expires_at
        return stored if young or stored.expires_at - now > RENEWAL else None

    async def _renewed(self, refused: str) -> str:
        now = await self._clock.now()
        try:
            answer = await self._fetch()
        except OutsideFailure:
            old = await self._tokens.get(self._app.appid)
            if old is None or old.value == refused or old.expires_at <= now:
                raise
            return old.value
        life = timedelta(seconds=answer["expires_in"])
        token = Token(value=answer["access_token"], fetched_at=now, expires_at=now + life)
        await self._tokens.put(self._app.appid, token)
        return token.value

    async def _fetch(self) -> dict[str, Any]:
        body = {
            "grant_type": "client_credential",
            "appid": self._app.appid,
            "secret": self._app.secret.get_secret_value(),
            "force_refresh": False,
        }
        try:
            answer = await self._transport.call(ApiCall("POST", "/cgi-bin/stable_token", body=body))
        except VendorError as error:
            raise refuse_call(error) from error
        value, life_s = answer.get("access_token"), answer.get("expires_in")
        if not (isinstance(value, str) and value and isinstance(life_s, int)):
            raise named("wechat_unreadable", missing="access_token")
        return answer
