"""What a developer's server may answer to a pushed message, and what the user then sees.

Source:
developers.weixin.qq.com/doc/subscription/guide/product/message/Passive_user_reply_message.html.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from wechat_simulator.weixin.crypto import Seal, SealError
from wechat_simulator.weixin.envelopes import EnvelopeError, Format, Node, parse

Mode: TypeAlias = Literal["plain", "compat", "secure"]
SILENT = {b"", b"success"}
MAX_TEXT_BYTES = 2048
MAX_ARTICLES = 8

# field that must hold content, by message type
_REQUIRED: dict[str, tuple[str, ...]] = {
    "text": ("Content",),
    "image": ("Image", "MediaId"),
    "voice": ("Voice", "MediaId"),
    "video": ("Video", "MediaId"),
    "music": ("Music", "ThumbMediaId"),
}


@dataclass(frozen=True, slots=True)
class Expected:
    """How the pushed message was sent, and between whom."""

    mode: Mode
    form: Format
    seal: Seal
    user: str
    account: str
    articles: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """`fields` is None when nothing is to be shown; `word` is "success" when the server said so."""

    fields: dict[str, Node] | None = None
    word: Literal["success"] | None = None


class AbnormalReplyError(Exception):
    """An answer after which the user reads that the service is unavailable; the text says why."""


def read_answer(body: bytes, expected: Expected) -> Answer:
    """Judge the body of a 200 answer; raise AbnormalReplyError when WeChat could not use it."""
    if body in SILENT:
        return Answer(word="success" if body else None)
    try:
        message = _open(parse(body, expected.form), expected)
    except (EnvelopeError, SealError) as error:
        raise AbnormalReplyError(str(error)) from error
    _check_parties(message, expected)
    _check_content(message, expected.articles)
    return Answer(fields=message)


def _open(outer: dict[str, Node], expected: Expected) -> dict[str, Node]:
    """Secure mode demands an envelope, plain mode has none, compat takes both."""
    encrypted = outer.get("Encrypt")
    if not isinstance(encrypted, str):
        if expected.mode == "secure":
            reason = "secure mode wants an encrypted reply"
            raise SealError(reason)
        return outer
    if expected.mode == "plain":
        reason = "plain mode wants a reply in clear"
        raise SealError(reason)
    _check_signature(outer, encrypted, expected.seal)
    inner = expected.seal.decrypt(encrypted)
    return parse(inner, expected.form)


def _check_signature(outer: dict[str, Node], encrypted: str, seal: Seal) -> None:
    signature, timestamp, nonce = (
        _text(outer, name) for name in ("MsgSignature", "TimeStamp", "Nonce")
    )
    if not seal.verify(signature, timestamp, nonce, encrypted):
        reason = "MsgSignature of the reply does not fit"
        raise SealError(reason)


def _check_parties(message: dict[str, Node], expected: Expected) -> None:
    if _text(message, "ToUserName") != expected.user:
        reason = "ToUserName is not the openid of the user who wrote"
        raise AbnormalReplyError(reason)
    if _text(message, "FromUserName") != expected.account:
        reason = "FromUserName is not the original id of the account"
        raise AbnormalReplyError(reason)
    if not _text(message, "CreateTime").isdecimal():
        reason = "CreateTime is not a number of seconds"
        raise AbnormalReplyError(reason)


def _check_content(message: dict[str, Node], articles: int) -> None:
    kind = _text(message, "MsgType")
    if kind == "transfer_customer_service":
        return
    if kind == "news":
        _check_news(message, articles)
        return
    if kind not in _REQUIRED:
        reason = f"MsgType {kind!r} cannot be a reply"
        raise AbnormalReplyError(reason)
    if not _text(message, *_REQUIRED[kind]):
        reason = f"{'.'.join(_REQUIRED[kind])} is empty"
        raise AbnormalReplyError(reason)
    if kind == "text" and len(_text(message, "Content").encode()) > MAX_TEXT_BYTES:
        reason = f"Content has more than {MAX_TEXT_BYTES} bytes"
        raise AbnormalReplyError(reason)


def _check_news(message: dict[str, Node], allowed: int) -> None:
    """Cut off the articles beyond those the occasion allows; a wrong count is a fault."""
    holder = message.get("Articles")
    items = holder.get("item") if isinstance(holder, dict) else None
    listed: list[Node] = (
        items if isinstance(items, list) else [items] if isinstance(items, dict) else []
    )
    if (
        not listed
        or _text(message, "ArticleCount") != str(len(listed))
        or len(listed) > MAX_ARTICLES
    ):
        reason = "ArticleCount does not fit the articles"
        raise AbnormalReplyError(reason)
    message["Articles"] = {"item": listed[:allowed]}


def _text(message: dict[str, Node], *path: str) -> str:
    """Return the text at the path, or "" when there is none."""
    node: Node = message
    for name in path:
        if not isinstance(node, dict):
            return ""
        node = node.get(name, "")
    return node if isinstance(node, str) else ""
