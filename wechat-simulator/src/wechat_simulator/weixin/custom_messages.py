"""Which bodies /cgi-bin/message/custom/send takes, by kind of app.

Sources: /doc/service/api/customer/message/api_sendcustommessage and the Mini Program page of the
same name. A fault is told as an error code; `None` means the message is well formed.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

AppKind: TypeAlias = Literal["miniprogram", "official_account"]

EMPTY_CONTENT, TOO_LONG, TOO_MANY_ARTICLES = 44004, 45002, 45008
BAD_TYPE, BAD_MEDIA, BAD_PARAMETER = 40008, 40007, 40035

_MINI_PROGRAM: dict[str, tuple[str, ...]] = {
    "text": ("content",),
    "image": ("media_id",),
    "link": ("title", "description", "url", "thumb_url"),
    "miniprogrampage": ("title", "pagepath", "thumb_media_id"),
}
_OFFICIAL_ACCOUNT: dict[str, tuple[str, ...]] = {
    "text": ("content",),
    "image": ("media_id",),
    "voice": ("media_id",),
    "video": ("media_id",),
    "music": ("musicurl", "hqmusicurl", "thumb_media_id"),
    "news": ("articles",),
    "mpnews": ("media_id",),
    "mpnewsarticle": ("article_id",),
    "msgmenu": ("list",),
    "wxcard": ("card_id",),
    "miniprogrampage": ("title", "appid", "pagepath", "thumb_media_id"),
}
_FIELDS = {"miniprogram": _MINI_PROGRAM, "official_account": _OFFICIAL_ACCOUNT}


def fault(kind: AppKind, body: Mapping[str, object], max_text_bytes: int) -> int | None:
    """Return the error code for the first thing wrong with a message, or None."""
    msgtype = body.get("msgtype")
    wanted = _FIELDS[kind].get(msgtype) if isinstance(msgtype, str) else None
    if wanted is None:
        return BAD_TYPE
    part = body.get(str(msgtype))
    if not isinstance(part, Mapping):
        return EMPTY_CONTENT if msgtype == "text" else BAD_PARAMETER
    missing = next((name for name in wanted if not part.get(name)), None)
    if missing is not None:
        return _missing(missing)
    return _content_fault(str(msgtype), part, max_text_bytes)


def _missing(name: str) -> int:
    if name == "content":
        return EMPTY_CONTENT
    return BAD_MEDIA if name.endswith("media_id") else BAD_PARAMETER


def _content_fault(msgtype: str, part: Mapping[str, object], max_text_bytes: int) -> int | None:
    if msgtype == "text":
        return _text_fault(part["content"], max_text_bytes)
    if msgtype == "news":
        articles = part["articles"]
        return TOO_MANY_ARTICLES if isinstance(articles, list) and len(articles) > 1 else None
    if msgtype == "msgmenu":
        return _menu_fault(part["list"])
    return None


def _text_fault(content: object, max_bytes: int) -> int | None:
    if not isinstance(content, str):
        return BAD_PARAMETER
    if not content.strip():
        return EMPTY_CONTENT
    return TOO_LONG if len(content.encode()) > max_bytes else None


def _menu_fault(entries: object) -> int | None:
    is_menu = isinstance(entries, list) and all(
        isinstance(entry, Mapping) and entry.get("id") and entry.get("content") for entry in entries
    )
    return None if is_menu else BAD_PARAMETER
