"""What every call to WeChat Pay shares: whose keys sign it, where its notices go, and what its answer must be."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from models.errors import Conflict
from models.merchant import Channel, Merchant, Origin
from models.notices import WxCall
from models.refusals import named
from wechat.pay.http import PayCall, PayHttp
from wechat.pay.keys import MerchantKeys
from wechat.pay.readings import UnreadableError


class Reading(Protocol):
    """What WeChat says of something, with whose word it is and the number it is about."""

    @property
    def origin(self) -> Origin:
        """Whose word it is."""
        ...

    @property
    def number(self) -> str:
        """Our number of what it is about."""
        ...


R = TypeVar("R", bound=Reading)

NONCE_LENGTH = 32


class MerchantBook:
    """The merchants this installation is configured with."""

    def __init__(self, merchants: Mapping[str, Merchant]) -> None:
        self._merchants = merchants

    def get(self, merchant_id: str) -> Merchant:
        """Return a merchant; raises Conflict merchant_not_configured."""
        try:
            return self._merchants[merchant_id]
        except KeyError as error:
            raise named("merchant_not_configured", merchant=merchant_id) from error


class Caller:
    """The parent of the groups of calls in this package; it knows no call itself."""

    def __init__(
        self, http: PayHttp, *, keys: Mapping[str, MerchantKeys], merchants: MerchantBook, notices_url: str
    ) -> None:
        self._http = http
        self._keys = keys
        self._merchants = merchants
        self._notices_url = notices_url

    def notify_url(self, channel: Channel) -> dict[str, str]:
        """Return the address WeChat sends this merchant's notices to, as a field of a body."""
        return {"notify_url": f"{self._notices_url}/{channel.merchant_id}"}

    def keys_of(self, channel: Channel) -> MerchantKeys:
        """Return the keys of an order's merchant; raises Conflict merchant_not_configured.

        An order keeps the mchid it was made with: keys of another account must not speak for it.
        """
        keys = self._keys.get(channel.merchant_id)
        if keys is None or keys.mchid != channel.mchid:
            raise named("merchant_not_configured", merchant=channel.merchant_id)
        return keys

    async def send(
        self, channel: Channel, name: str, path: str, body: Mapping[str, Any] | None, *, sealed_for: str = ""
    ) -> dict[str, Any]:
        """Post a body; gives the answer, {} when it has none."""
        call = PayCall(name, "POST", path, body=body, sealed_for=sealed_for)
        return await self._http.call(self.keys_of(channel), call)

    async def ask(
        self, channel: Channel, name: str, path: str, query: Mapping[str, str | None]
    ) -> dict[str, Any] | None:
        """Get an answer, None when WeChat knows no such thing."""
        try:
            return await self._http.call(self.keys_of(channel), PayCall(name, "GET", path, query=query))
        except Conflict as error:
            if error.code == "wechat_not_found":
                return None
            raise


def view(business: str, **extra: str) -> WxCall:
    """Build the call that opens one of Pay Score's pages from a Mini Program."""
    return WxCall(api="openBusinessView", params={"businessType": business, "extraData": extra})


def understood(read: Callable[[dict[str, Any], Origin], R], answer: dict[str, Any], channel: Channel, number: str) -> R:
    """Read the answer to a question about this number.

    Raises OutsideFailure wechat_unreadable when what makes it an answer is missing, or when it names another number or
    another merchant than was asked about.
    """
    try:
        reading = read(answer, channel.origin)
    except UnreadableError as error:
        raise named("wechat_unreadable", missing=str(error)) from error
    if reading.number not in {"", number} or not channel.owns(reading.origin):
        raise named("wechat_unreadable", asked=number, told=reading.number, told_by=str(reading.origin))
    return reading


def told(answer: dict[str, Any], name: str) -> str:
    """Return a text every such answer must hold; raises OutsideFailure wechat_unreadable."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise named("wechat_unreadable", missing=name)
    return value


def page_nonce(nonce: str) -> str:
    """Fit a nonce for a page's signature: at most 32 digits and letters."""
    return "".join(c for c in nonce if c.isascii() and c.isalnum())[:NONCE_LENGTH]
