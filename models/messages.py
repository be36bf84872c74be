"""What people say to us and what we say back, in our words; WeChat's XML and JSON stay in `wechat/`."""

from enum import StrEnum

from models.base import Entity, Moment, Value


class IncomingKind(StrEnum):
    """What arrived at the Official Account's (or Mini Program's) message door."""

    TEXT = "text"
    MENU_CLICK = "menu_click"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SCAN = "scan"
    SUBSCRIBE_GRANTS = "subscribe_grants"
    OTHER = "other"


class Grant(Value):
    """The user's word on one subscribe-message template; `sent` tells how an earlier send went."""

    template_id: str
    status: str


class Incoming(Value):
    """One message or event. `key` knows it again when WeChat sends it up to three times."""

    key: str
    appid: str
    account: str
    openid: str
    kind: IncomingKind
    sent_at: Moment
    text: str = ""
    event_key: str = ""
    grants: tuple[Grant, ...] = ()


class Reply(Value):
    """What we answer: a text, or nothing at all when it is empty."""

    text: str = ""


class Conversation(Entity):
    """What one Official Account user is in the middle of; forgotten when it expires."""

    id: str
    version: int = 0
    step: str = ""
    data: dict[str, str] = {}
    expires_at: Moment
