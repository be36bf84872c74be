"""The server address an app's developer has set in the console, and the requests sent there.

Source: developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlencode

from yarl import URL

from wechat_simulator.parts import Part
from wechat_simulator.weixin.crypto import Seal, sign
from wechat_simulator.weixin.envelopes import Fields, Format, render
from wechat_simulator.weixin.passive_replies import Mode

if TYPE_CHECKING:
    from wechat_simulator.accounts import App
    from wechat_simulator.world import World

STALE_S = 3600
_CONTENT_TYPES = {"xml": "text/xml", "json": "application/json"}


@dataclass
class Server:
    """One app's server address; http on loopback is fine, as no certificate exists there."""

    url: str
    mode: Mode = "secure"
    form: Format = "xml"


@dataclass
class Servers(Part):
    """Server addresses by appid."""

    name: ClassVar[str] = "weixin_servers"
    servers: dict[str, Server] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request as it will be sent."""

    url: URL
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """Time and nonce of one request; `stale` and `forged` make it one the server must refuse."""

    timestamp: str
    nonce: str
    stale: bool = False
    forged: bool = False


def seal_of(app: App) -> Seal:
    """Return the app's seal."""
    return Seal(app.token, app.encoding_aes_key, app.appid)


def stamp(world: World, *, stale: bool = False, forged: bool = False) -> Stamp:
    """Make the stamp of a request sent now."""
    seconds = int(world.now().timestamp()) - (STALE_S if stale else 0)
    nonce = str(int(world.wire_ids.digits("push_nonce", 10)))
    return Stamp(str(seconds), nonce, stale, forged)


def verification_url(server: Server, app: App, mark: Stamp, echostr: str) -> URL:
    """Return the URL of the GET that proves the address is the developer's."""
    signature = sign(app.token, mark.timestamp, mark.nonce)
    query = {"signature": signature, "echostr": echostr}
    return _with(server.url, {**query, "timestamp": mark.timestamp, "nonce": mark.nonce})


def envelope(
    server: Server, app: App, fields: Fields, mark: Stamp, random_prefix: bytes
) -> Envelope:
    """Return the POST that carries a pushed message, in the server's mode and format."""
    token = "forged" if mark.forged else app.token
    query = {
        "signature": sign(token, mark.timestamp, mark.nonce),
        "timestamp": mark.timestamp,
        "nonce": mark.nonce,
        "openid": str(fields["FromUserName"]),
    }
    clear = fields
    if server.mode != "plain":
        encrypted = seal_of(app).encrypt(render(fields, server.form), random_prefix)
        query |= {
            "encrypt_type": "aes",
            "msg_signature": sign(token, mark.timestamp, mark.nonce, encrypted),
        }
        open_part = fields if server.mode == "compat" else {"ToUserName": fields["ToUserName"]}
        clear = {**open_part, "Encrypt": encrypted}
    body = render(clear, server.form)
    return Envelope(_with(server.url, query), body, _CONTENT_TYPES[server.form])


def _with(url: str, query: dict[str, str]) -> URL:
    """Append the parameters as they are, behind those the address already has."""
    return URL(url + ("&" if "?" in url else "?") + urlencode(query), encoded=True)
