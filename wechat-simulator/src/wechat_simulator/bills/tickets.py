"""Download addresses: short-lived, for the merchant that asked, signed for like any request.

Five minutes on the pages since 2024 (申请交易账单, 申请资金账单), 30 seconds on older ones.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.parts import Part
from wechat_simulator.surface import Answer, json_answer

if TYPE_CHECKING:
    from wechat_simulator.surface import Call
    from wechat_simulator.world import World

FILE = "/v3/billdownload/file"


@dataclass
class Ticket:
    """What a token downloads: ``kind`` of file and how to make it again."""

    mchid: str
    kind: str
    wish: dict[str, Any]
    expires_at: datetime


@dataclass
class Bills(Part):
    """The tokens handed out."""

    name: ClassVar[str] = "bills"
    tickets: dict[str, Ticket] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World) -> Bills:
        """Return the bills of ``world``."""
        return world.part(Bills)


def address(call: Call, path: str, kind: str, wish: dict[str, Any]) -> str:
    """Return a download address on the host that was called."""
    world = call.world
    token = world.ids.alnum("bill_token", 64)
    expires_at = world.now() + timedelta(seconds=world.switches.number("bill_address_s"))
    Bills.of(world).tickets[token] = Ticket(call.merchant.mchid, kind, wish, expires_at)
    host = call.headers.get("Host", "127.0.0.1")
    return f"http://{host}{path}?token={token}"


def redeem(call: Call, kinds: tuple[str, ...]) -> Ticket:
    """Return what the token in the query stands for; refused when stale or another's."""
    token = Fields.query(call).text("token", 128)
    ticket = Bills.of(call.world).tickets.get(token)
    if ticket is None or ticket.kind not in kinds or ticket.expires_at <= call.world.now():
        raise WeChatPayError(400, "INVALID_REQUEST", "账单下载地址无效或已过期，请重新申请账单")
    if ticket.mchid != call.merchant.mchid:
        raise WeChatPayError(403, "NO_AUTH", "下载账单的商户与申请账单的商户不一致")
    return ticket


def offer(call: Call, kind: str, wish: dict[str, Any], text: bytes) -> Answer:
    """Answer where the file ``text`` is, and the SHA-1 of it uncompressed."""
    return json_answer(
        {
            "hash_type": "SHA1",
            "hash_value": hashlib.sha1(text, usedforsecurity=False).hexdigest(),
            "download_url": address(call, FILE, kind, wish),
        }
    )


def wants_gzip(query: Fields) -> bool:
    """Return whether the file is wanted compressed."""
    return query.has("tar_type") and query.word("tar_type", ("GZIP",)) == "GZIP"


def sub_merchant(call: Call, query: Fields) -> str | None:
    """Return the sub-merchant whose bill is wanted; refused when it is not this provider's."""
    sub_mchid = query.maybe_text("sub_mchid", 32)
    if sub_mchid is not None and call.merchant.sub_merchant(sub_mchid) is None:
        raise WeChatPayError(403, "NO_AUTH", "无该子商户账单的权限")
    return sub_mchid
