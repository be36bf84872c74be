"""A WeChat Pay account, the exact identity at WeChat that it gives to one order, and whom a word of WeChat binds."""

from models.base import Fen, Value
from models.errors import Conflict, ForeignWord
from models.fee_mode import Agreement


class Merchant(Value):
    """A WeChat Pay account as the services see it; its keys never leave `wechat/`.

    `sub_mchid` and `sub_appid` are set when a service provider (partner) acts for a school.
    """

    id: str
    mchid: str
    appid: str
    sub_mchid: str | None = None
    sub_appid: str | None = None
    services: dict[Agreement, str] = {}
    risk_cap_fen: Fen


NO_SERVICE = ""
"""The service an ordinary payment belongs to."""


class Origin(Value):
    """From whom a word of WeChat came: whose keys proved it, and the account, school, apps and service it names.

    None is what such words never name: a refund names neither app nor service.
    """

    merchant_id: str
    mchid: str
    sub_mchid: str | None = None
    appid: str | None = None
    sub_appid: str | None = None
    service_id: str | None = None

    def __str__(self) -> str:
        """Return it as one word, a part of keys."""
        return ":".join(part or "" for part in self.model_dump().values())


class Channel(Value):
    """The exact identity of one order at WeChat, frozen onto it: every call carries these and no others."""

    merchant_id: str
    mchid: str
    appid: str
    service_id: str | None = None
    sub_mchid: str | None = None
    sub_appid: str | None = None

    @property
    def origin(self) -> Origin:
        """Where the words of WeChat about this channel's orders come from."""
        return Origin.model_validate({**self.model_dump(), "service_id": self.service_id or NO_SERVICE})

    def owns(self, origin: Origin) -> bool:
        """Whether a word from there is about this channel: the same account and school, and nothing named otherwise."""
        ours = self.origin
        if (origin.merchant_id, origin.mchid, origin.sub_mchid) != (ours.merchant_id, ours.mchid, ours.sub_mchid):
            return False
        named = ((origin.appid, ours.appid), (origin.sub_appid, ours.sub_appid), (origin.service_id, ours.service_id))
        return all(told is None or mine is None or told == mine for told, mine in named)


def require_own(channel: Channel, origin: Origin, number: str) -> None:
    """Let a word about this number through only when it comes from the number's own channel; raises ForeignWord.

    The one check of whom a word binds: every rule that takes WeChat's word begins with it.
    """
    if not channel.owns(origin):
        told_by = "/".join(filter(None, (origin.mchid, origin.sub_mchid, origin.appid, origin.service_id)))
        raise ForeignWord("word_of_another_merchant", number=number, told_by=told_by)


def resolve_channel(merchant: Merchant, agreement: Agreement) -> Channel:
    """The one resolver of an order's identity at WeChat; raises Conflict when the merchant lacks the service."""
    service_id = None if agreement is Agreement.PAYMENT else merchant.services.get(agreement)
    if service_id is None and agreement is not Agreement.PAYMENT:
        raise Conflict("service_not_configured", merchant=merchant.id, agreement=agreement)
    return Channel(
        merchant_id=merchant.id,
        mchid=merchant.mchid,
        appid=merchant.appid,
        service_id=service_id,
        sub_mchid=merchant.sub_mchid,
        sub_appid=merchant.sub_appid,
    )
