"""Quota calls, address lists, and what an unknown path answers.

Sources: the pages of openApi管理: 查询API调用额度, 重置API调用次数 and its AppSecret form.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from wechat_simulator.errors import ControlError
from wechat_simulator.fidelity.catalogue import named, not_served
from wechat_simulator.moments import BEIJING
from wechat_simulator.parts import Part
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.weixin.caller import (
    ANY_APP,
    ApiCall,
    getting,
    json_body,
    limits,
    ok,
    posting,
    refusal,
)
from wechat_simulator.weixin.rates import Rates

if TYPE_CHECKING:
    from wechat_simulator.world import World

RESETS_PER_MONTH = 10
MINUTE_S = 60
_ADDRESSES = ["127.0.0.1"]


@dataclass
class Resets(Part):
    """Quota resets by appid and Beijing month; both forms of the call count together."""

    name: ClassVar[str] = "weixin_resets"
    counts: dict[str, int] = field(default_factory=dict)


async def _quota(call: ApiCall) -> Answer:
    path = call.body.get("cgi_path")
    if not isinstance(path, str) or path.startswith("/sns/"):
        raise refusal(76022)
    known = {route.path for route in call.call.registry.routes if route.plane is Plane.API}
    if path not in known:
        raise refusal(76021)
    per_minute, per_day = limits(call.world, path)
    used = call.world.part(Rates).of(call.app.appid, path).used_today(call.world.now())
    quota = {"daily_limit": per_day, "used": used, "remain": max(per_day - used, 0)}
    return ok(quota=quota, rate_limit={"call_count": per_minute, "refresh_second": MINUTE_S})


async def _clear(call: ApiCall) -> Answer:
    if call.body.get("appid") != call.app.appid:
        raise refusal(40013)
    _reset(call.world, call.app.appid)
    return ok()


async def _clear_by_secret(call: Call) -> Answer:
    """Reset without a token; the parameters may stand in the query or in the body."""
    given: dict[str, Any] = json_body(call) if call.body.strip() else dict(call.query)
    app = call.world.accounts.app(str(given.get("appid")))
    if app is None:
        raise refusal(40013)
    if not hmac.compare_digest(app.secret.encode(), str(given.get("appsecret")).encode()):
        raise refusal(40125)
    _reset(call.world, app.appid)
    return ok()


def _reset(world: World, appid: str) -> None:
    counts = world.part(Resets).counts
    key = f"{appid} {world.now().astimezone(BEIJING):%Y-%m}"
    if counts.get(key, 0) >= RESETS_PER_MONTH:
        raise refusal(48006)
    counts[key] = counts.get(key, 0) + 1
    for name, rate in world.part(Rates).rates.items():
        if name.startswith(f"{appid} "):
            rate.clear()


async def _addresses(_call: ApiCall) -> Answer:
    return json_answer({"ip_list": _ADDRESSES})


async def _unknown(call: Call) -> Answer:
    operation = named(call.method, call.raw_url)
    if operation is not None:
        raise ControlError(not_served(operation), status=501)
    raise refusal(40066)


def routes() -> tuple[Route, ...]:
    """Return the routes of this module; the last ones catch what no other route took."""
    return (
        *posting("/cgi-bin/openapi/quota/get", _quota, *ANY_APP),
        *posting("/cgi-bin/clear_quota", _clear, *ANY_APP),
        Route("POST", "/cgi-bin/clear_quota/v2", _clear_by_secret, Plane.API),
        *getting("/cgi-bin/getcallbackip", _addresses, *ANY_APP),
        *getting("/cgi-bin/get_api_domain_ip", _addresses, *ANY_APP),
        Route("*", "/cgi-bin/{unknown:.*}", _unknown, Plane.API),
        Route("*", "/wxa/{unknown:.*}", _unknown, Plane.API),
        Route("*", "/sns/{unknown:.*}", _unknown, Plane.API),
    )
