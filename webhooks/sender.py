"""Posts one signed body to one institution, and says what came of it."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self

from aiohttp import (
    ClientConnectorDNSError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    ThreadedResolver,
)
from aiohttp.abc import AbstractResolver

from models.delivery import WebhookEndpoint
from models.errors import InvalidInput
from models.webhook_urls import check_url
from webhooks.guard import GuardedResolver, RefusedAddressError
from webhooks.signing import signed_headers

TIMEOUT_S = 15.0
"""From the name look-up to the answer's status line; Standard Webhooks suggests 15 to 30 s."""

MOST_ANSWER_BYTES = 512
"""How much of a failed answer is read, for the institution to find its fault; the rest is never taken in."""

LONGEST_RETRY_AFTER = timedelta(days=1)
CONNECTIONS = 100
FIRST_SUCCESS, FIRST_REDIRECT = 200, 300
HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": "xianxue-webhooks"}

Outcome = tuple[int, timedelta | None, str]


class HttpSender:
    """Sends while it is entered: `async with HttpSender() as sender`.

    `allow_private` lets plain http and addresses of our own network through, and is for development only.
    """

    _session: ClientSession

    def __init__(
        self, *, allow_private: bool = False, timeout_s: float = TIMEOUT_S, resolver: AbstractResolver | None = None
    ) -> None:
        self._allow_private = allow_private
        self._timeout = ClientTimeout(total=timeout_s)
        self._resolver = resolver

    async def __aenter__(self) -> Self:
        guarded = GuardedResolver(self._resolver or ThreadedResolver(), allow_private=self._allow_private)
        self._session = ClientSession(
            connector=TCPConnector(resolver=guarded, use_dns_cache=False, limit=CONNECTIONS),
            timeout=self._timeout,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            headers=HEADERS,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def send(self, endpoint: WebhookEndpoint, message_id: str, body: bytes, at: datetime) -> Outcome:
        """Return (HTTP status or 0 when nothing answered, Retry-After, note).

        Never raises for what a receiver or its URL does wrong; raises ValueError for a secret of ours out of format.
        """
        secrets = [secret for secret in (endpoint.secret, endpoint.old_secret) if secret]
        headers = signed_headers(secrets, message_id, at, body)
        try:
            check_url(endpoint.url, allow_private=self._allow_private)
            return await self._post(endpoint.url, headers, body, at)
        except InvalidInput as refusal:
            return 0, None, refusal.code
        except TimeoutError:
            return 0, None, "timeout"
        except (ClientError, OSError, ValueError) as error:
            return 0, None, _reason(error)

    async def _post(self, url: str, headers: dict[str, str], body: bytes, at: datetime) -> Outcome:
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            if FIRST_SUCCESS <= response.status < FIRST_REDIRECT:
                return response.status, None, ""
            retry_after = _retry_after(response.headers.get("Retry-After", ""), at)
            return response.status, retry_after, await _beginning(response)


def _reason(error: Exception) -> str:
    """Name what went wrong in one word: the institution reads it, our network stays out of it."""
    cause = error.__cause__ if isinstance(error, ClientConnectorDNSError) else error
    match cause:
        case RefusedAddressError():
            return "private_address"
        case ClientSSLError():
            return "tls"
        case ValueError():
            return "webhook_url_invalid"
        case _:
            return "dns" if isinstance(error, ClientConnectorDNSError) else "connection"


async def _beginning(response: ClientResponse) -> str:
    """Return the beginning of a failed answer as printable text; nothing when it does not come."""
    try:
        read = await response.content.read(MOST_ANSWER_BYTES)
    except (ClientError, TimeoutError, OSError):
        return ""
    text = read.decode(errors="replace")
    return "".join(char if char.isprintable() else " " for char in text).strip()


def _retry_after(value: str, at: datetime) -> timedelta | None:
    """Read Retry-After in seconds or as a date (RFC 9110, 10.2.3); None for anything else or in the past."""
    if value.isascii() and value.isdigit():
        wait = timedelta(seconds=min(int(value[:9]), LONGEST_RETRY_AFTER.total_seconds()))
    else:
        try:
            wait = parsedate_to_datetime(value).astimezone(UTC) - at
        except (ValueError, OverflowError):
            return None
    return min(wait, LONGEST_RETRY_AFTER) if wait > timedelta() else None
