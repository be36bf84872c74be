"""One pushed message on its way: at most three sends, five seconds each, and what comes back.

The page says WeChat "drops the connection after five seconds and sends again, three times in all";
spacing is not published, so the next try follows at once. A try fails on time-out, broken
connection, or any status but 200; an unusable body with 200 is not tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

import aiohttp

from wechat_simulator.attempts import Try
from wechat_simulator.faults import PUSH_TRY
from wechat_simulator.parts import Part
from wechat_simulator.plain import to_plain
from wechat_simulator.weixin.pushes import Dialect, Push
from wechat_simulator.weixin.servers import Envelope, Server, Stamp, envelope, stamp

if TYPE_CHECKING:
    from wechat_simulator.accounts import App
    from wechat_simulator.faults import Fault
    from wechat_simulator.weixin.envelopes import Fields
    from wechat_simulator.world import World

State: TypeAlias = Literal["waiting", "delivered", "failed", "lost", "no_server"]
HTTP_OK = 200


@dataclass
class Delivery:
    """One message for one server; `name` is what faults are aimed at, after ``push:``.

    `copy` marks the second of a message that a fault sends twice: nobody sees its reply.
    """

    id: str
    appid: str
    user_id: str
    name: str
    push: Push
    copy: bool = False
    state: State = "waiting"
    tries: list[Try] = field(default_factory=list)

    def view(self) -> dict[str, Any]:
        """Return the delivery for the control plane."""
        plain: dict[str, Any] = to_plain(self)
        plain["tries"] = [t.view() for t in self.tries]
        return plain


@dataclass
class Deliveries(Part):
    """All deliveries by id, and those held back until another overtakes them."""

    name: ClassVar[str] = "weixin_deliveries"
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    held: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """The way to one app's server in one world."""

    world: World
    app: App
    server: Server


async def send(line: Line, delivery: Delivery) -> bytes | None:
    """Send up to three times; give the body of the first 200, or None when all tries failed."""
    world = line.world
    mark = stamp(world)
    for number in range(int(world.switches.number("push_tries"))):
        if number > 0 and world.switches.text("push_retry_stamp") == "fresh":
            mark = stamp(world)
        fault = world.faults.take(f"push:{delivery.name}", PUSH_TRY)
        body, result = await _try(line, delivery.push, _marked(world, mark, fault), fault)
        delivery.tries.append(result)
        if result.status == HTTP_OK:
            delivery.state = "delivered"
            return body
    delivery.state = "failed"
    return None


def _marked(world: World, mark: Stamp, fault: Fault | None) -> Stamp:
    match fault.kind if fault else None:
        case "stale_timestamp":
            return stamp(world, stale=True)
        case "bad_signature":
            return stamp(world, forged=True)
        case _:
            return mark


async def _try(line: Line, push: Push, mark: Stamp, fault: Fault | None) -> tuple[bytes, Try]:
    at = line.world.now()
    if fault is not None and fault.kind == "lost_once":
        return b"", Try(at, None, "lost on the way")
    fields = _fields(line, push, fault)
    prefix = line.world.wire_ids.raw("push_prefix", 16)
    request = envelope(line.server, line.app, fields, mark, prefix)
    try:
        status, body = await _post(line.world, request, fault)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return b"", Try.failed(at, error)
    return body, Try(at, status, None)


def _fields(line: Line, push: Push, fault: Fault | None) -> Fields:
    kind, switches = fault.kind if fault else None, line.world.switches
    dialect = Dialect(
        line.server.form,
        time_as_text=switches.flag("create_time_as_text") or kind == "string_numbers",
        lists="array" if switches.flag("subscribe_lists_always_arrays") else "object_or_array",
        change_holder=switches.text("change_event_holder"),
    )
    fields = push.spoken(dialect)
    return {**fields, "SimUnknownKey": "since tomorrow"} if kind == "unknown_keys" else fields


async def _post(world: World, request: Envelope, fault: Fault | None) -> tuple[int, bytes]:
    kind = fault.kind if fault else None
    limit_s = world.switches.number("push_timeout_s")
    if fault is not None and kind == "cut":
        limit_s = fault.number("after_s", 0.05)
    async with world.http.post(
        request.url,
        data=_stalled(request.body) if kind == "hang" else request.body,
        headers={"Content-Type": request.content_type, "User-Agent": "Mozilla/4.0"},
        timeout=aiohttp.ClientTimeout(total=limit_s),
        allow_redirects=False,
    ) as answer:
        return answer.status, await answer.read()


async def _stalled(body: bytes) -> AsyncIterator[bytes]:
    """Send half of the body and then nothing, until the time-out of the request ends it."""
    yield body[: len(body) // 2]
    await asyncio.Event().wait()
