"""Download addresses: short-lived, for the merchant that asked, signed for like any request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.fields import Fields
from wechat_simulator.parts import Part

if TYPE_CHECKING:
    from wechat_simulator.surface import Call
    from wechat_simulator.world import World

LIFE = timedelta(seconds=30)


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
    """Return a download address on the host that was called, valid for 30 seconds."""
    world = call.world
    token = world.ids.alnum("bill_token", 64)
    Bills.of(world).tickets[token] = Ticket(call.merchant.mchid, kind, wish, world.now() + LIFE)
    host = call.headers.get("Host", "127.0.0.1")
    return f"http://{host}{path}?token={token}"


def redeem(call: Call, kind: str) -> dict[str, Any]:
    """Return what the token in the query stands for; refused when stale or another's."""
    token = Fields.query(call).text("token", 128)
    ticket = Bills.of(call.world).tickets.get(token)
    if ticket is None or ticket.kind != kind or ticket.expires_at <= call.world.now():
        raise WeChatPayError(400, "INVALID_REQUEST", "账单下载地址无效或已过期，请重新申请账单")
    if ticket.mchid != call.merchant.mchid:
        raise WeChatPayError(403, "NO_AUTH", "下载账单的商户与申请账单的商户不一致")
    return ticket.wish
