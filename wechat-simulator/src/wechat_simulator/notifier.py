"""Telling merchants: the encrypted, signed notice and its retries on virtual time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson

from wechat_simulator.attempts import Try
from wechat_simulator.envelope import sealed
from wechat_simulator.faults import NOTICE_FATE, NOTICE_TRY
from wechat_simulator.notices import EVENTS, SCHEDULES, Notice
from wechat_simulator.surface import Surface

if TYPE_CHECKING:
    from wechat_simulator.faults import Fault
    from wechat_simulator.world import World

REORDER_LIMIT_S = 3600


def notify(  # noqa: PLR0913 - a notice has that many properties
    world: World,
    *,
    mchid: str,
    url: str,
    event_type: str,
    original_type: str,
    plaintext: dict[str, Any],
    business_key: str,
    summary: str = "",
    schedule: str = "general",
) -> Notice:
    """Begin to tell the merchant ``mchid`` at once (virtual time); ``schedule`` of SCHEDULES.

    ``plaintext`` is what the merchant will decrypt; it is copied as it is now.
    """
    if event_type not in EVENTS:
        raise KeyError(event_type)
    notice = Notice(
        id=world.ids.uuid("notice"),
        mchid=mchid,
        url=url,
        event_type=event_type,
        original_type=original_type,
        business_key=business_key,
        summary=summary or event_type,
        schedule=schedule,
        plaintext=orjson.loads(orjson.dumps(plaintext)),
        created_at=world.now(),
    )
    world.notices.notices[notice.id] = notice
    _begin(world, notice, world.faults.take(f"notice:{event_type}", NOTICE_FATE))
    return notice


def _begin(world: World, notice: Notice, fate: Fault | None) -> None:
    match fate.kind if fate else None:
        case "lost":
            notice.state = "lost"
        case "late":
            _plan_try(world, notice, fate.number("delay_s", 600) if fate else 0)
        case "reordered":
            world.notices.held.append(notice.id)
            limit = fate.number("delay_s", REORDER_LIMIT_S) if fate else 0
            world.after(limit, "notice.release", {"id": notice.id})
        case "twice":
            _plan_try(world, notice, 0)
            gap = fate.number("gap_s", 1) if fate else 0
            world.after(gap, "notice.try", {"id": notice.id, "copy": True})
        case _:
            _plan_try(world, notice, 0)


def _plan_try(world: World, notice: Notice, delay_s: float) -> None:
    notice.next_try_at = world.now() + timedelta(seconds=delay_s)
    world.at(notice.next_try_at, "notice.try", {"id": notice.id})


async def _try(world: World, payload: dict[str, Any]) -> None:
    notice = world.notices.notices[payload["id"]]
    copy = bool(payload.get("copy"))
    if not copy:
        if notice.state != "pending":
            return
        notice.next_try_at = None
        notice.used += 1
    fault = world.faults.take(f"notice:{notice.event_type}", NOTICE_TRY)
    result = await _deliver(world, notice, fault)
    notice.tries.append(result)
    _conclude(world, notice, result, copy=copy)
    _release_held(world, notice)


def _conclude(world: World, notice: Notice, result: Try, *, copy: bool) -> None:
    if result.status is not None and result.status // 100 == 2:  # noqa: PLR2004 - HTTP success
        notice.state, notice.next_try_at = "delivered", None
        return
    if copy or notice.state != "pending":
        return
    delays = SCHEDULES[notice.schedule]
    if notice.used >= len(delays):
        notice.state = "gave_up"
    else:
        _plan_try(world, notice, delays[notice.used])


async def _deliver(world: World, notice: Notice, fault: Fault | None) -> Try:
    at = world.now()
    if fault is not None and fault.kind == "lost_once":
        return Try(at, None, "lost on the way")
    body, headers = await sealed(world, notice, fault)
    limit = aiohttp.ClientTimeout(total=world.switches.number("notice_timeout_s"))
    try:
        async with world.http.post(
            notice.url, data=body, headers=headers, timeout=limit, allow_redirects=False
        ) as answer:
            await answer.read()
            return Try(at, answer.status, None)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return Try.failed(at, error)


def _release_held(world: World, overtaker: Notice) -> None:
    for held_id in list(world.notices.held):
        held = world.notices.notices[held_id]
        if held_id != overtaker.id and held.mchid == overtaker.mchid:
            world.notices.held.remove(held_id)
            _plan_try(world, held, 0)


async def _release(world: World, payload: dict[str, Any]) -> None:
    if payload["id"] in world.notices.held:
        world.notices.held.remove(payload["id"])
        _plan_try(world, world.notices.notices[payload["id"]], 0)


def surface() -> Surface:
    """Return the events of the notice sender."""
    return Surface(events={"notice.try": _try, "notice.release": _release})
