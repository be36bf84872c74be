"""``/_sim/users``: make people and play what they do on their phones."""

from __future__ import annotations

from typing import Any

from wechat_simulator.errors import ControlError
from wechat_simulator.plain import to_plain
from wechat_simulator.surface import Answer, Call, Jump, Plane, Route, json_answer
from wechat_simulator.wishes import integer, text

WECHAT_PAY_APPID = "wxd8f3793ea3b935b8"


async def _create(call: Call) -> Answer:
    world = call.world
    user = world.users.add(world.ids, world.accounts.appids(), call.json())
    return json_answer({"user_id": user.user_id, "openids": user.openids, "unionid": user.unionid})


async def _read(call: Call) -> Answer:
    return json_answer(to_plain(call.world.users.get(call.params["user_id"])))


async def _change(call: Call) -> Answer:
    user = call.world.users.get(call.params["user_id"])
    call.world.users.change(user, call.json())
    return json_answer(to_plain(user))


async def _login(call: Call) -> Answer:
    user = call.world.users.get(call.params["user_id"])
    appid = text(call.json(), "appid", call.world.accounts.miniprogram.appid)
    code = call.world.users.mint_code(call.world.ids, user, appid, "login", call.world.now())
    return json_answer({"code": code.code})


async def _top_up(call: Call) -> Answer:
    user = call.world.users.get(call.params["user_id"])
    user.balance_fen += integer(call.json(), "amount_fen", 0)
    return json_answer({"balance_fen": user.balance_fen})


async def _view(call: Call) -> Answer:
    user = call.world.users.get(call.params["user_id"])
    wish = call.json()
    page = call.registry.views.get(str(wish.get("businessType")))
    if page is None:
        raise ControlError(f"unknown businessType {wish.get('businessType')!r}")
    jump = Jump(
        world=call.world,
        user=user,
        appid=text(wish, "appid", call.world.accounts.miniprogram.appid),
        extra=_extra(wish.get("extraData")),
        decision=_decision(wish.get("decision", "accept")),
    )
    outcome = await page(jump)
    returned = {"appId": WECHAT_PAY_APPID, "extraData": outcome.pop("extraData", {})}
    return json_answer({**outcome, "returned": returned})


def _extra(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ControlError("extraData must be an object")
    return value


def _decision(value: Any) -> str:
    if value not in ("accept", "refuse", "open"):
        raise ControlError("decision must be accept, refuse or open")
    return str(value)


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("POST", "/_sim/users", _create, Plane.CONTROL),
        Route("GET", "/_sim/users/{user_id}", _read, Plane.CONTROL),
        Route("POST", "/_sim/users/{user_id}", _change, Plane.CONTROL),
        Route("POST", "/_sim/users/{user_id}/login", _login, Plane.CONTROL),
        Route("POST", "/_sim/users/{user_id}/top-up", _top_up, Plane.CONTROL),
        Route("POST", "/_sim/users/{user_id}/view", _view, Plane.CONTROL),
    )
