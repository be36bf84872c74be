"""WeCom's group robot: /cgi-bin/webhook/send of qyapi.weixin.qq.com.

Source: developer.work.weixin.qq.com/document/path/99110. The key in the URL is the whole
credential. Answers are HTTP 200 with errcode; texts have WeCom's own form.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

import orjson

from wechat_simulator.moments import rfc3339_utc
from wechat_simulator.parts import Part
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.weixin.rates import Rates

if TYPE_CHECKING:
    from wechat_simulator.ids import Ids
    from wechat_simulator.world import World

SEND = "/cgi-bin/webhook/send"
MAX_IMAGE_BYTES = 2 * 1024 * 1024
MAX_ARTICLES = 8
_MAX_TEXT_BYTES = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}
_UNLIMITED = 10**9


@dataclass
class Post:
    """One message in the group."""

    at: datetime
    content: dict[str, Any]


@dataclass
class Robots(Part):
    """Messages by robot key; a new world has one robot."""

    name: ClassVar[str] = "weixin_robots"
    posts: dict[str, list[Post]] = field(default_factory=dict)

    @classmethod
    def fresh(cls, ids: Ids) -> Self:
        """Return the part with one robot."""
        return cls(posts={ids.uuid("robot"): []})


class RobotRefusalError(Exception):
    """A refusal in WeCom's numbers."""

    def __init__(self, errcode: int, text: str) -> None:
        super().__init__(text)
        self.errcode = errcode
        self.text = text


async def _send(call: Call) -> Answer:
    try:
        return _posted(call)
    except RobotRefusalError as error:
        return json_answer({"errcode": error.errcode, "errmsg": _errmsg(call.world, error)})


def _posted(call: Call) -> Answer:
    key, world = call.query.get("key", ""), call.world
    posts = world.part(Robots).posts.get(key)
    if posts is None:
        raise RobotRefusalError(93000, "invalid webhook url")
    message = _message(call)
    limit = int(world.switches.number("robot_messages_per_minute"))
    if world.part(Rates).of(SEND, key).count(world.now(), limit, _UNLIMITED) is not None:
        raise RobotRefusalError(45009, "api freq out of limit")
    posts.append(Post(world.now(), message))
    return json_answer({"errcode": 0, "errmsg": "ok"})


def _errmsg(world: World, error: RobotRefusalError) -> str:
    hint = f"hint: [{world.wire_ids.digits('hint', 19)}], from ip: 127.0.0.1"
    more = f"more info at https://open.work.weixin.qq.com/devtool/query?e={error.errcode}"
    return f"{error.text}, {hint}, {more}"


def _message(call: Call) -> dict[str, Any]:
    try:
        message = orjson.loads(call.body)
    except orjson.JSONDecodeError:
        message = None
    if not isinstance(message, dict):
        raise RobotRefusalError(47001, "data format error")
    kind = message.get("msgtype")
    part = message.get(kind) if isinstance(kind, str) else None
    check = _CHECKS.get(str(kind))
    if check is None:
        raise RobotRefusalError(40008, "invalid message type")
    if not isinstance(part, dict):
        raise RobotRefusalError(44004, "empty content")
    check(str(kind), part)
    return message


def _check_text(kind: str, part: dict[str, Any]) -> None:
    content, longest = part.get("content"), _MAX_TEXT_BYTES[kind]
    if not isinstance(content, str) or not content:
        raise RobotRefusalError(44004, "empty content")
    if len(content.encode()) > longest:
        raise RobotRefusalError(40058, f"{kind}.content exceed max length {longest}")


def _check_image(_kind: str, part: dict[str, Any]) -> None:
    try:
        raw = base64.b64decode(str(part.get("base64", "")), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    digest = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    if not raw or digest != part.get("md5"):
        raise RobotRefusalError(40058, "image.md5 or image.base64 invalid")
    if len(raw) > MAX_IMAGE_BYTES:
        raise RobotRefusalError(40009, "invalid image size")


def _check_news(_kind: str, part: dict[str, Any]) -> None:
    articles = part.get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= MAX_ARTICLES:
        raise RobotRefusalError(40058, "news.articles size invalid")
    if not all(isinstance(one, dict) and one.get("title") and one.get("url") for one in articles):
        raise RobotRefusalError(40058, "news.articles.title or news.articles.url missing")


def _check_media(_kind: str, part: dict[str, Any]) -> None:
    if not part.get("media_id"):
        raise RobotRefusalError(40007, "invalid media_id")


def _check_card(_kind: str, part: dict[str, Any]) -> None:
    if part.get("card_type") not in {"text_notice", "news_notice"}:
        raise RobotRefusalError(40058, "template_card.card_type invalid")


_CHECKS: dict[str, Callable[[str, dict[str, Any]], None]] = {
    "text": _check_text,
    "markdown": _check_text,
    "markdown_v2": _check_text,
    "image": _check_image,
    "news": _check_news,
    "file": _check_media,
    "voice": _check_media,
    "template_card": _check_card,
}


async def _robots(call: Call) -> Answer:
    """List the robots with their messages."""
    shown = [
        {
            "key": key,
            "path": f"{SEND}?key={key}",
            "messages": [{"at": rfc3339_utc(p.at), "content": p.content} for p in posts],
        }
        for key, posts in call.world.part(Robots).posts.items()
    ]
    return json_answer({"robots": shown})


async def _add_robot(call: Call) -> Answer:
    key = call.world.ids.uuid("robot")
    call.world.part(Robots).posts[key] = []
    return json_answer({"key": key, "path": f"{SEND}?key={key}"})


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("POST", SEND, _send, Plane.API),
        Route("GET", "/_sim/robots", _robots, Plane.CONTROL),
        Route("POST", "/_sim/robots", _add_robot, Plane.CONTROL),
    )
