"""The messages and events WeChat pushes to a developer's server.

Sources: …/customer-message/receive, …/open-ability/subscribe-message, /doc/service/…/push.md and
the event-push page. A push is kept in one neutral shape; `spoken` gives the fields as XML or
JSON carries them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from wechat_simulator.weixin.envelopes import Fields, Format, Value

Act: TypeAlias = Literal["message", "click", "follow", "scan", "payment", "enter"]
ListShape: TypeAlias = Literal["object_or_array", "array"]

# the element that holds the entries of a subscription event in XML; in JSON they stand at the top
POPUP, CHANGE, SENT = (
    "subscribe_msg_popup_event",
    "subscribe_msg_change_event",
    "subscribe_msg_sent_event",
)
_HOLDERS = {
    POPUP: "SubscribeMsgPopupEvent",
    CHANGE: "SubscribeMsgChangeEvent",
    SENT: "SubscribeMsgSentEvent",
}
_NUMBERS = {"CreateTime", "MsgId", "MsgID", "Scale", "MenuId"}
_ACTS: dict[str, Act] = {
    "subscribe": "follow",
    "SCAN": "scan",
    "CLICK": "click",
    "scancode_push": "click",
    "scancode_waitmsg": "click",
    "user_enter_tempsession": "enter",
}
# fields a message type carries besides the common ones; the values are what an unnamed one gets
_MESSAGE_FIELDS: dict[str, dict[str, str]] = {
    "text": {"Content": ""},
    "image": {"PicUrl": "http://mmbiz.qpic.cn/sz_mmbiz_jpg/0", "MediaId": "media-image"},
    "voice": {"MediaId": "media-voice", "Format": "amr"},
    "video": {"MediaId": "media-video", "ThumbMediaId": "media-thumb"},
    "shortvideo": {"MediaId": "media-video", "ThumbMediaId": "media-thumb"},
    "location": {"Location_X": "23.134", "Location_Y": "113.358", "Scale": "20", "Label": "广州"},
    "link": {"Title": "title", "Description": "description", "Url": "https://example.com/"},
    "miniprogrampage": {
        "Title": "title",
        "AppId": "wx0",
        "PagePath": "pages/index",
        "ThumbUrl": "https://example.com/0.jpg",
        "ThumbMediaId": "media-thumb",
    },
}
_REPLYABLE_EVENTS = {"subscribe", "SCAN", "CLICK", "LOCATION", "scancode_waitmsg"}
_SINGLE_ARTICLE_TYPES = set(_MESSAGE_FIELDS)
ARTICLES_OF_AN_EVENT = 8


class UnknownPushError(Exception):
    """No such message type, or a field that the event cannot do without is missing."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a server's pushes are spelt.

    `time_as_text` makes CreateTime a JSON string, as the pages show it and some pushes have it. In
    JSON a list of one entry is the bare entry unless `lists` says "array"; XML repeats the tag
    either way. `change_holder` is the XML element around the entries of a change event, which the
    Official Account's page gives the name of the pop-up's.
    """

    form: Format
    time_as_text: bool = False
    lists: ListShape = "object_or_array"
    change_holder: str = "SubscribeMsgChangeEvent"


@dataclass(frozen=True, slots=True)
class Push:
    """One message or event; `body` holds the fields after the four common ones."""

    account: str
    openid: str
    at_s: int
    kind: str
    body: dict[str, Any]

    @property
    def event(self) -> str | None:
        """Name of the event, None for a message."""
        return str(self.body["Event"]) if self.kind == "event" else None

    @property
    def act(self) -> Act | None:
        """What the user did, as the customer-service allowance counts it."""
        if self.event is not None:
            return _ACTS.get(self.event)
        return "click" if "bizmsgmenuid" in self.body else "message"

    @property
    def shows_reply(self) -> bool:
        """Whether the user sees a passive reply to it (and a failure of the server)."""
        return self.event is None or self.event in _REPLYABLE_EVENTS

    @property
    def articles(self) -> int:
        """How many articles a news reply to it may have."""
        return 1 if self.kind in _SINGLE_ARTICLE_TYPES else ARTICLES_OF_AN_EVENT

    def spoken(self, dialect: Dialect) -> Fields:
        """Return all fields as the dialect carries them."""
        common: dict[str, Value] = {"ToUserName": self.account, "FromUserName": self.openid}
        as_text = dialect.time_as_text and dialect.form == "json"
        common["CreateTime"] = str(self.at_s) if as_text else self.at_s
        return {**common, "MsgType": self.kind, **self._body(dialect)}

    def _body(self, dialect: Dialect) -> Fields:
        holder = dialect.change_holder if self.event == CHANGE else _HOLDERS.get(self.event or "")
        if holder is None:
            return self.body
        entries = self.body["List"]
        rest = {name: value for name, value in self.body.items() if name != "List"}
        if dialect.form == "xml":
            return {**rest, holder: {"List": entries}}
        alone = dialect.lists == "object_or_array" and len(entries) == 1
        return {**rest, "List": entries[0] if alone else entries}


def message_body(kind: str, given: Mapping[str, object], msg_id: int) -> dict[str, Value]:
    """Fields of a message: what the user gave, and plausible values for what was left out."""
    if kind not in _MESSAGE_FIELDS:
        reason = f"a user cannot send a message of type {kind!r}"
        raise UnknownPushError(reason)
    extra = {name: given[name] for name in given if name not in {"MsgType", "MsgId"}}
    return {**_values({**_MESSAGE_FIELDS[kind], **extra}), "MsgId": msg_id}


def event_body(given: Mapping[str, object]) -> dict[str, Value]:
    """Fields of an event as a caller of the control plane wrote them."""
    name = given.get("Event")
    if not isinstance(name, str) or not name:
        reason = "an event needs its name in Event"
        raise UnknownPushError(reason)
    if name in {"CLICK", "VIEW", "SCAN"} and not given.get("EventKey"):
        reason = f"{name} needs an EventKey"
        raise UnknownPushError(reason)
    if name in _HOLDERS and not isinstance(given.get("List"), list):
        reason = f"{name} needs a List of entries"
        raise UnknownPushError(reason)
    return _values(
        {key: value for key, value in given.items() if key not in {"MsgType", "CreateTime"}}
    )


def _values(fields: Mapping[str, object]) -> dict[str, Value]:
    return {name: _value(name, value) for name, value in fields.items() if value is not None}


def _value(name: str, value: object) -> Value:
    if isinstance(value, Mapping):
        return _values({str(key): item for key, item in value.items()})
    if isinstance(value, list):
        return [_value(name, item) for item in value]
    if name in _NUMBERS and str(value).isdecimal():
        return int(str(value))
    return str(value)
