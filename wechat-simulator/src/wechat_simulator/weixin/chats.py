"""What stands between each user and each app: allowance, typing, and what the user received."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from wechat_simulator.moments import rfc3339_utc
from wechat_simulator.parts import Part
from wechat_simulator.weixin.allowance import Allowance

if TYPE_CHECKING:
    from wechat_simulator.world import World

Via: TypeAlias = Literal["passive", "custom", "subscribe", "template"]


@dataclass
class Chat:
    """One user with one app; `exchanged_at` is the last message either way."""

    allowance: Allowance = field(default_factory=Allowance)
    exchanged_at: datetime | None = None
    typing_until: datetime | None = None


@dataclass
class Received:
    """One message that reached the user's phone; `content` is what it showed."""

    at: datetime
    via: Via
    appid: str
    content: dict[str, Any]

    def view(self) -> dict[str, Any]:
        """Return the message for the control plane."""
        via, appid, content = self.via, self.appid, self.content
        return {"at": rfc3339_utc(self.at), "via": via, "appid": appid, "content": content}


@dataclass
class Chats(Part):
    """Chats by appid and openid, inboxes by user id."""

    name: ClassVar[str] = "weixin_chats"
    chats: dict[str, Chat] = field(default_factory=dict)
    inboxes: dict[str, list[Received]] = field(default_factory=dict)

    def of(self, appid: str, openid: str) -> Chat:
        """Return the chat, an untouched one if there is none."""
        return self.chats.setdefault(f"{appid} {openid}", Chat())


def show(world: World, user_id: str, via: Via, appid: str, content: dict[str, Any]) -> None:
    """Put a message into the user's inbox."""
    inboxes = world.part(Chats).inboxes
    inboxes.setdefault(user_id, []).append(Received(world.now(), via, appid, content))
