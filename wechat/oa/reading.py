"""The fields of a push, from XML and JSON alike, read into our words; every id stays text."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from models.messages import Grant, Incoming, IncomingKind
from wechat.config import AppConfig

Fields = Mapping[str, Any]

KINDS: Mapping[str, IncomingKind] = {
    "click": IncomingKind.MENU_CLICK,
    "subscribe": IncomingKind.FOLLOW,
    "unsubscribe": IncomingKind.UNFOLLOW,
    "scan": IncomingKind.SCAN,
    "subscribe_msg_popup_event": IncomingKind.SUBSCRIBE_GRANTS,
    "subscribe_msg_change_event": IncomingKind.SUBSCRIBE_GRANTS,
    "subscribe_msg_sent_event": IncomingKind.SUBSCRIBE_GRANTS,
}

GRANT_TAGS = ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")
"""The page on change events shows the popup's tag, so all are looked for."""

QR_PREFIX = "qrscene_"

KEY_FIELDS = ("CreateTime", "MsgType", "Event", "EventKey", "MsgID", "TemplateId")


class UnreadablePushError(Exception):
    """The push is WeChat's, but something without which it means nothing is missing or wrong."""


def text(fields: Fields, name: str) -> str:
    """Return a field as text, empty when it is absent or no plain value; numbers come as text or as numbers."""
    value = fields.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def incoming_from(fields: Fields, app: AppConfig) -> Incoming:
    """Read one message or event; raises UnreadablePushError when it lacks a sender, or is not addressed to us."""
    account, openid, kind = text(fields, "ToUserName"), text(fields, "FromUserName"), text(fields, "MsgType").lower()
    if account != app.original_id:
        raise UnreadablePushError("ToUserName is not ours")
    if not openid or not kind:
        raise UnreadablePushError("FromUserName or MsgType is missing")
    event = text(fields, "Event").lower() if kind == "event" else ""
    return Incoming(
        key=message_key(fields, app.appid),
        appid=app.appid,
        account=account,
        openid=openid,
        kind=IncomingKind.TEXT if kind == "text" else KINDS.get(event, IncomingKind.OTHER),
        sent_at=_moment(text(fields, "CreateTime")),
        text=text(fields, "Content") if kind == "text" else "",
        event_key=(text(fields, "EventKey") or text(fields, "bizmsgmenuid")).removeprefix(QR_PREFIX),
        grants=tuple(_grants(fields)) if KINDS.get(event) is IncomingKind.SUBSCRIBE_GRANTS else (),
    )


def message_key(fields: Fields, appid: str) -> str:
    """Return what knows this push again when WeChat repeats it.

    A MsgId may be the same for two users, and events have none: theirs is everything that tells two apart.
    Source: advice on repeats, plus the field reports in github.com/binarywang/WxJava/issues/333.
    """
    msg_id, openid = text(fields, "MsgId"), text(fields, "FromUserName")
    parts = (msg_id,) if msg_id else tuple(text(fields, name) for name in KEY_FIELDS) + tuple(_told(fields))
    return sha256("|".join((appid, openid, *parts)).encode()).hexdigest()


def _moment(seconds: str) -> datetime:
    if not seconds.isdecimal():
        raise UnreadablePushError("CreateTime")
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadablePushError("CreateTime") from error


def _grants(fields: Fields) -> Iterator[Grant]:
    for item in _list(fields):
        errcode = text(item, "ErrorCode")
        sent = "" if not errcode else "sent" if errcode == "0" else "failed"
        yield Grant(template_id=text(item, "TemplateId"), status=text(item, "SubscribeStatusString") or sent)


def _told(fields: Fields) -> Iterator[str]:
    for item in _list(fields):
        yield from (text(item, "TemplateId"), text(item, "MsgID"), text(item, "SubscribeStatusString"))


def _list(fields: Fields) -> list[Fields]:
    """Return the entries of a subscribe event: one comes as an object, several as an array, in XML and JSON alike."""
    holders = [fields.get(tag) for tag in GRANT_TAGS if isinstance(fields.get(tag), Mapping)]
    found = (holders[0] if holders else fields).get("List")  # type: ignore[union-attr] # Mappings, as just checked
    entries = found if isinstance(found, list) else [found]
    return [entry for entry in entries if isinstance(entry, Mapping)]
