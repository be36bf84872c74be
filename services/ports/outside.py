"""The outsiders the services talk to, as the services need them. `wechat/`, `webhooks/` and `server/` fit by shape."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from models.delivery import WebhookEndpoint
from models.merchant import Merchant
from models.messages import Incoming, Reply
from models.notices import (
    PayNotice,
)


class Clock(Protocol):
    """Domain time: due dates, windows, fences, freshness."""

    async def now(self) -> datetime:
        """Return the present instant, aware, in UTC, to the millisecond: no more is stored."""
        ...


class Ids(Protocol):
    """Unguessable numbers, made outside the rules so that the rules stay repeatable."""

    @property
    def mark(self) -> str:
        """Return the mark of the database's life in which this process makes ids; the first has none."""
        ...

    def new(self, prefix: str, length: int = 20) -> str:
        """Make an id of ours: the prefix, this life's mark, and so many random characters of A-Z2-7."""
        ...

    def token(self) -> str:
        """Make a secret of 32 random bytes, URL-safe."""
        ...


class Merchants(Protocol):
    """The merchants this installation is configured with."""

    def get(self, merchant_id: str) -> Merchant:
        """Return a merchant; raises Conflict `merchant_not_configured` for an id the configuration lacks."""
        ...


class NoticeDoor(Protocol):
    """Opens WeChat Pay's notices: verify on the raw bytes first, then decrypt, then read."""

    def open(self, merchant_id: str, headers: Mapping[str, str], body: bytes, now: datetime) -> PayNotice:
        """Return the notice; raises NotAuthenticated (signature, freshness, key) or InvalidInput (content)."""
        ...


class MessageDoor(Protocol):
    """Opens what WeChat pushes for one Official Account or Mini Program, and seals the passive reply."""

    def echo(self, query: Mapping[str, str]) -> str:
        """Answer the console's address check; raises NotAuthenticated for a wrong signature."""
        ...

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> Incoming:
        """Verify, decrypt and read one push; raises NotAuthenticated or InvalidInput."""
        ...

    def seal(self, incoming: Incoming, reply: Reply, now: datetime, nonce: str) -> bytes:
        """Render the passive reply, encrypted as the push was."""
        ...


class LoginGateway(Protocol):
    """The Mini Program's own server calls about who somebody is."""

    async def exchange_code(self, code: str) -> tuple[str, str | None]:
        """Trade a one-time log-in code for (openid, unionid); never repeated. Raises NotAuthenticated."""
        ...

    async def phone_number(self, code: str) -> str:
        """Trade a phone code for the number."""
        ...


class Messenger(Protocol):
    """Messages to one user. Each raises Declined when WeChat will not take it, OutsideFailure when unknown."""

    async def send_text(self, oa_openid: str, text: str) -> None:
        """Send a customer-service text in the Official Account."""
        ...

    async def send_subscribe(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> None:
        """Send a Mini Program subscribe message; values must already fit their types."""
        ...

    async def send_template(
        self, oa_openid: str, template_id: str, page: str, data: Mapping[str, str], *, message_id: str
    ) -> None:
        """Send a template message of the Official Account that opens a Mini Program page.

        The same `message_id` again is not sent twice.
        """
        ...

    async def unionid_of(self, oa_openid: str) -> str | None:
        """Ask which person follows the Official Account under this openid."""
        ...


class WebhookSender(Protocol):
    """Posts a signed body to an institution."""

    async def send(
        self, endpoint: WebhookEndpoint, message_id: str, body: bytes, at: datetime
    ) -> tuple[int, timedelta | None, str]:
        """Return (HTTP status or 0, Retry-After, note); never raises for what a receiver does wrong."""
        ...
