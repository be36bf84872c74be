"""Pushing messages and events to developers' servers, and showing users what comes back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from wechat_simulator.faults import PUSH_FATE
from wechat_simulator.weixin.allowance import Window
from wechat_simulator.weixin.chats import Chats, show
from wechat_simulator.weixin.deliveries import Deliveries, Delivery, Line, send
from wechat_simulator.weixin.passive_replies import (
    AbnormalReplyError,
    Answer,
    Expected,
    read_answer,
)
from wechat_simulator.weixin.pushes import Push
from wechat_simulator.weixin.servers import Server, Servers, seal_of

if TYPE_CHECKING:
    from wechat_simulator.accounts import App
    from wechat_simulator.users import User
    from wechat_simulator.weixin.envelopes import Fields
    from wechat_simulator.world import World

PUSH_EVENT, RELEASE_EVENT = "weixin.push", "weixin.release"
REORDER_LIMIT_S = 3600
UNAVAILABLE = {
    "official_account": "该公众号暂时无法提供服务，请稍后再试",
    "miniprogram": "该小程序客服暂时无法提供服务，请稍后再试",
}


@dataclass(slots=True)
class Outcome:
    """What the person in the chat saw; `reply` is what the server said, shown or not."""

    delivery: str
    status: int | None = None
    reply: Literal["success"] | dict[str, Any] | None = None
    tries: int = 0
    service_unavailable: bool = False
    reason: str | None = None

    def view(self) -> dict[str, Any]:
        """Return the outcome for the control plane."""
        return {
            "delivery": self.delivery,
            "status": self.status,
            "reply": self.reply,
            "tries": self.tries,
            "service_unavailable": self.service_unavailable,
            "reason": self.reason,
        }


async def push(world: World, app: App, user: User, kind: str, body: Fields) -> Outcome:
    """Push a message (`kind` is its MsgType) or an event to the app's server, and wait."""
    return await _dispatch(world, _prepare(world, app, user, kind, body))


def push_later(world: World, app: App, user: User, body: Fields, delay_s: float) -> None:
    """Schedule an event for the app's server in virtual seconds."""
    delivery = _prepare(world, app, user, "event", body)
    world.after(delay_s, PUSH_EVENT, {"id": delivery.id, "first": True})


def _prepare(world: World, app: App, user: User, kind: str, body: Fields) -> Delivery:
    at_s = int(world.now().timestamp())
    made = Push(app.original_id, user.openids[app.appid], at_s, kind, dict(body))
    delivery = Delivery(
        id=f"p{world.ids.number('push')}",
        appid=app.appid,
        user_id=user.user_id,
        name=made.event or "say",
        push=made,
    )
    world.part(Deliveries).deliveries[delivery.id] = delivery
    _note_act(world, app, made)
    return delivery


def _note_act(world: World, app: App, made: Push) -> None:
    """Open the allowance that the user's act gives, whether or not the push will arrive."""
    chat = world.part(Chats).of(app.appid, made.openid)
    windows = world.switches.values["customer_service_windows"][app.kind]
    if made.act in windows:
        messages, seconds = windows[made.act]
        chat.allowance.open(Window(int(messages), int(seconds)), world.now())
    if made.act in {"message", "click"}:
        chat.exchanged_at = world.now()


async def _dispatch(world: World, delivery: Delivery) -> Outcome:
    """Let fate decide whether the message goes now, later, twice, after another, or never."""
    fate = world.faults.take(f"push:{delivery.name}", PUSH_FATE)
    match fate.kind if fate else None:
        case "lost":
            delivery.state = "lost"
            return Outcome(delivery.id, reason="lost")
        case "late":
            delay_s = fate.number("delay_s", 60) if fate else 0
            world.after(delay_s, PUSH_EVENT, {"id": delivery.id})
            return Outcome(delivery.id, reason="late")
        case "reordered":
            world.part(Deliveries).held.append(delivery.id)
            limit_s = fate.number("delay_s", REORDER_LIMIT_S) if fate else 0
            world.after(limit_s, RELEASE_EVENT, {"id": delivery.id})
            return Outcome(delivery.id, reason="reordered")
        case "twice":
            copy = replace(delivery, id=f"{delivery.id}-copy", copy=True, tries=[])
            world.part(Deliveries).deliveries[copy.id] = copy
            first, _ = await asyncio.gather(_deliver(world, delivery), _deliver(world, copy))
            return first
        case _:
            return await _deliver(world, delivery)


async def _deliver(world: World, delivery: Delivery) -> Outcome:
    app = world.accounts.app(delivery.appid)
    server = world.part(Servers).servers.get(delivery.appid)
    if app is None or server is None:
        delivery.state = "no_server"
        return Outcome(delivery.id, reason="no server address is configured")
    body = await send(Line(world, app, server), delivery)
    outcome = _judge(app, server, delivery, body)
    if not delivery.copy:
        _show(world, app, delivery, outcome)
    _release_overtaken(world, delivery)
    return outcome


def _judge(app: App, server: Server, delivery: Delivery, body: bytes | None) -> Outcome:
    last = delivery.tries[-1]
    outcome = Outcome(delivery.id, status=last.status, tries=len(delivery.tries))
    if body is None:
        outcome.service_unavailable, outcome.reason = delivery.push.shows_reply, last.error
        return outcome
    try:
        answer = _read(app, server, delivery.push, body)
    except AbnormalReplyError as error:
        outcome.service_unavailable, outcome.reason = delivery.push.shows_reply, str(error)
        return outcome
    outcome.reply = answer.word or answer.fields
    return outcome


def _read(app: App, server: Server, made: Push, body: bytes) -> Answer:
    parties = (made.openid, made.account)
    return read_answer(
        body, Expected(server.mode, server.form, seal_of(app), *parties, made.articles)
    )


def _show(world: World, app: App, delivery: Delivery, outcome: Outcome) -> None:
    """Show the reply in the chat; a Mini Program's is not shown, only its failure is."""
    shown: dict[str, Any] | None = None
    if outcome.service_unavailable:
        shown = {"MsgType": "service_unavailable", "Content": UNAVAILABLE[app.kind]}
    elif isinstance(outcome.reply, dict) and delivery.push.shows_reply:
        shown = outcome.reply if app.kind == "official_account" else None
    if shown is not None and shown["MsgType"] != "transfer_customer_service":
        show(world, delivery.user_id, "passive", app.appid, shown)


def _release_overtaken(world: World, overtaker: Delivery) -> None:
    deliveries = world.part(Deliveries)
    for held_id in list(deliveries.held):
        if deliveries.deliveries[held_id].appid == overtaker.appid and held_id != overtaker.id:
            deliveries.held.remove(held_id)
            world.after(0, PUSH_EVENT, {"id": held_id})


async def on_push(world: World, payload: dict[str, Any]) -> None:
    """Send a message that was scheduled; only a first sending meets its fate."""
    delivery = world.part(Deliveries).deliveries[payload["id"]]
    await (_dispatch(world, delivery) if payload.get("first") else _deliver(world, delivery))


async def on_release(world: World, payload: dict[str, Any]) -> None:
    """Send a held message that nothing overtook in time."""
    deliveries = world.part(Deliveries)
    if payload["id"] in deliveries.held:
        deliveries.held.remove(payload["id"])
        await _deliver(world, deliveries.deliveries[payload["id"]])
