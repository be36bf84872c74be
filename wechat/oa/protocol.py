"""The door for what WeChat pushes to an Official Account or Mini Program: pure, and the only user of wechatpy.

wechatpy does the encryption and renders replies; it compares signatures byte by byte, never looks at the time, and
lets `]]>` out of a reply, so all of that is ours. Source: developers.weixin.qq.com/miniprogram/dev/framework/
server-ability/message-push (signatures, encryption), doc/subscription/guide/product/message (bodies, repeats).
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha1
from struct import error as StructError  # noqa: N812 - a lower-case exception of the standard library
from typing import Any
from xml.parsers.expat import ExpatError

import orjson
import structlog
import xmltodict
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException
from wechatpy.replies import TextReply

from models.messages import Incoming, Reply
from models.refusals import named
from wechat.config import AppConfig, PushFormat, PushMode
from wechat.oa.reading import UnreadablePushError, incoming_from

TOLERANCE = timedelta(minutes=10)
"""Repeats of a push come within seconds; anything older is somebody else's repeat."""

SUCCESS = b"success"
"""Says "received, nothing to show"; it may go unencrypted in every mode."""

MAX_ECHO = 128

log = structlog.get_logger(__name__)


def signature(*parts: str) -> str:
    """Sign as WeChat does: SHA-1 over the parts, sorted and joined."""
    return sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - WeChat's choice


def random_prefix() -> str:
    """Make the 16 random characters an encrypted message begins with."""
    return secrets.token_hex(8)


class Door:
    """Opens the pushes of one app and seals its replies. Without a token (or, when secure, a key) it stays shut."""

    def __init__(self, app: AppConfig, prefix: Callable[[], str] = random_prefix) -> None:
        self._app = app
        self._prefix = prefix
        self._token = app.token.get_secret_value()
        key = app.encoding_aes_key.get_secret_value()
        self._key = WeChatCrypto(self._token, key, app.appid).key if key else b""

    def echo(self, query: Mapping[str, str]) -> str:
        """Answer the console's address check with its echostr, bare; raises NotAuthenticated."""
        self._require(query, "signature", self._token, query.get("timestamp", ""), query.get("nonce", ""))
        text = query.get("echostr", "")
        if not (text.isascii() and text.isalnum() and len(text) <= MAX_ECHO):
            raise named("wechat_content_unreadable")
        return text

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> Incoming:
        """Verify, decrypt and read one push.

        Raises NotAuthenticated wechat_signature_invalid or wechat_timestamp_stale, InvalidInput
        wechat_content_unreadable for what is signed and makes no sense or is not addressed to us.
        """
        proven = self._proven(query, body)
        _require_fresh(query.get("timestamp", ""), now)
        try:
            content = _fields(body if self._app.mode is PushMode.PLAIN else self._decrypted(proven))
            return incoming_from(content, self._app)
        except UnreadablePushError as error:
            log.warning("push_unreadable", appid=self._app.appid, why=str(error))
            raise named("wechat_content_unreadable") from error

    def seal(self, incoming: Incoming, reply: Reply, now: datetime, nonce: str) -> bytes:
        """Render the passive reply; encrypted in secure mode, "success" for no reply."""
        if not reply.text:
            return SUCCESS
        rendered = self._rendered(incoming, reply, now)
        if self._app.mode is not PushMode.SECURE:
            return rendered.encode()
        return self.envelope(rendered, str(int(now.timestamp())), nonce)

    def _proven(self, query: Mapping[str, str], body: bytes) -> str:
        """Return what the signature covers: the encrypted part, nothing in plain mode.

        Without an encrypted part msg_signature would equal the plain signature, which says nothing of the body.
        """
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if self._app.mode is PushMode.PLAIN:
            self._require(query, "signature", self._token, timestamp, nonce)
            return ""
        encrypted = _encrypted(body)
        if not encrypted:
            raise named("wechat_signature_invalid")
        self._require(query, "msg_signature", self._token, timestamp, nonce, encrypted)
        return encrypted

    def _require(self, query: Mapping[str, str], name: str, *parts: str) -> None:
        """Compare in constant time; an empty token, or an empty key where one is needed, is a closed door."""
        told, due = query.get(name, ""), signature(*parts)
        shut = not self._token or (self._app.mode is not PushMode.PLAIN and not self._key)
        if shut or not hmac.compare_digest(told.encode(), due.encode()):
            log.warning("push_unproven", appid=self._app.appid, shut=shut)
            raise named("wechat_signature_invalid")

    def _decrypted(self, encrypted: str) -> bytes:
        try:
            text: str = PrpCrypto(self._key).decrypt(encrypted, self._app.appid)
        except (ValueError, IndexError, StructError, InvalidAppIdException) as error:
            message = f"cannot be decrypted for this app: {type(error).__name__}"
            raise UnreadablePushError(message) from error
        return text.encode()

    def _encrypted(self, text: str) -> str:
        cipher = PrpCrypto(self._key)
        cipher.get_random_string = self._prefix  # wechatpy's own is neither random enough nor repeatable
        encrypted: bytes = cipher.encrypt(text, self._app.appid)
        return encrypted.decode()

    def _rendered(self, incoming: Incoming, reply: Reply, now: datetime) -> str:
        sent_s = int(now.timestamp())
        if self._app.format is PushFormat.JSON:
            fields = {
                "ToUserName": incoming.openid,
                "FromUserName": incoming.account,
                "CreateTime": sent_s,
                "MsgType": "text",
                "Content": reply.text,
            }
            return orjson.dumps(fields).decode()
        text = reply.text.replace("]]>", "]]]]><![CDATA[>")
        xml: str = TextReply(source=incoming.account, target=incoming.openid, time=sent_s, content=text).render()
        return xml

    def envelope(self, text: str, timestamp: str, nonce: str) -> bytes:
        """Encrypt a rendered reply and prove it, in the format the console was set to."""
        encrypted = self._encrypted(text)
        proof = signature(self._token, timestamp, nonce, encrypted)
        if self._app.format is PushFormat.JSON:
            fields = {"Encrypt": encrypted, "MsgSignature": proof, "TimeStamp": int(timestamp), "Nonce": nonce}
            return orjson.dumps(fields)
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{proof}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        ).encode()


def _encrypted(body: bytes) -> str:
    """Find what is encrypted; a body without it cannot be proven, whatever else it says."""
    try:
        encrypted = _fields(body).get("Encrypt")
    except UnreadablePushError:
        encrypted = None
    return encrypted if isinstance(encrypted, str) else ""


def _fields(body: bytes) -> dict[str, Any]:
    """Read XML or JSON, as it comes; entities are refused by the parser."""
    try:
        if body.lstrip().startswith(b"{"):
            fields = orjson.loads(body)
        else:
            fields = xmltodict.parse(body.decode(), disable_entities=True)["xml"]
    except (ValueError, KeyError, ExpatError) as error:
        raise UnreadablePushError("neither XML nor JSON") from error
    if not isinstance(fields, dict):
        raise UnreadablePushError("no fields")
    return fields


def _require_fresh(timestamp: str, now: datetime) -> None:
    """Refuse old pushes (wechatpy never does)."""
    is_number = timestamp.isascii() and timestamp.isdigit()
    if not is_number or abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise named("wechat_timestamp_stale")
