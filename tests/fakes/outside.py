"""Outsiders of the tests' own, of the shapes in `services/ports/outside.py`. Each remembers what was asked of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from lab.rig.orders import HOUR, NOON
from models.delivery import WebhookEndpoint
from models.errors import Declined, NotAuthenticated, OutsideFailure
from models.messages import Incoming, Reply

START = NOON + HOUR
"""When tests begin that are about orders of `lab.rig.orders` in training."""


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    async def now(self) -> datetime:
        return self.at

    def advance(self, **parts: float) -> None:
        self.at += timedelta(**parts)


class FakeIds:
    """Counts instead of guessing."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.mark = ""

    def new(self, prefix: str, length: int = 20) -> str:
        digits = f"{next(self._numbers):012d}AAAAAAAA"[:length]
        return prefix + self.mark + digits.translate(str.maketrans("0189", "ABCD"))

    def token(self) -> str:
        return f"token-{next(self._numbers):037d}"


@dataclass(frozen=True)
class Push:
    openid: str
    template_id: str
    page: str
    data: dict[str, str]


@dataclass
class FakeMessenger:
    """Keeps every message; `refusals` are raised first, one a call."""

    unionids: dict[str, str] = field(default_factory=dict)
    texts: list[tuple[str, str]] = field(default_factory=list)
    pushes: list[Push] = field(default_factory=list)
    templates: dict[str, Push] = field(default_factory=dict)
    refusals: list[Declined | OutsideFailure] = field(default_factory=list)
    under_way: dict[str, int] = field(default_factory=dict)
    most_under_way: int = 0
    lookup_failure: OutsideFailure | None = None

    async def send_text(self, oa_openid: str, text: str) -> None:
        await self._reach(oa_openid)
        self.texts.append((oa_openid, text))

    async def send_subscribe(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> None:
        await self._reach(openid)
        self.pushes.append(Push(openid, template_id, page, dict(data)))

    async def send_template(
        self, oa_openid: str, template_id: str, page: str, data: Mapping[str, str], *, message_id: str
    ) -> None:
        await self._reach(oa_openid)
        self.templates[message_id] = Push(oa_openid, template_id, page, dict(data))

    async def unionid_of(self, oa_openid: str) -> str | None:
        await asyncio.sleep(0)
        if self.lookup_failure:
            raise self.lookup_failure
        return self.unionids.get(oa_openid)

    async def _reach(self, openid: str) -> None:
        self.under_way[openid] = self.under_way.get(openid, 0) + 1
        self.most_under_way = max(self.most_under_way, self.under_way[openid])
        await asyncio.sleep(0)
        self.under_way[openid] -= 1
        if self.refusals:
            raise self.refusals.pop(0)


@dataclass(frozen=True)
class Posted:
    endpoint_id: str
    message_id: str
    body: bytes
    at: datetime


Outcome = tuple[int, timedelta | None, str]


class FakeSender:
    """Answers each post by `answers[url]`, else 200; an answer may be a function that waits."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.answers: dict[str, Outcome | Callable[[], Awaitable[Outcome]]] = {}
        self.under_way = 0
        self.most_under_way = 0

    async def send(self, endpoint: WebhookEndpoint, message_id: str, body: bytes, at: datetime) -> Outcome:
        self.posted.append(Posted(endpoint.id, message_id, body, at))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(0)
        answer = self.answers.get(endpoint.url, (200, None, ""))
        outcome = answer if isinstance(answer, tuple) else await answer()
        self.under_way -= 1
        return outcome


class FakeMessageDoor:
    """Reads an `Incoming` as JSON and seals a reply as plain text; `signature=good` opens it."""

    def echo(self, query: Mapping[str, str]) -> str:
        _check(query)
        return query["echostr"]

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> Incoming:
        del now
        _check(query)
        return Incoming.model_validate_json(body)

    def seal(self, incoming: Incoming, reply: Reply, now: datetime, nonce: str) -> bytes:
        del now, nonce
        return f"<to>{incoming.openid}</to><text>{reply.text}</text>".encode()


def _check(query: Mapping[str, str]) -> None:
    if query.get("signature") != "good":
        raise NotAuthenticated("wechat_signature_invalid")
