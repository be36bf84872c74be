"""/cgi-bin/token and /cgi-bin/stable_token.

Sources: …/base/api_getaccesstoken and …/base/api_getstableaccesstoken.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.weixin.caller import count, json_body, refusal
from wechat_simulator.weixin.tokens import ForcedTooOftenError, Token, Tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wechat_simulator.accounts import App
    from wechat_simulator.world import World

TOKEN_CHARS = 136
_CALLER_IP = "127.0.0.1"


def app_by_secret(world: World, given: Mapping[str, Any]) -> App:
    """Return the app that `appid` and `secret` belong to; else the codes of the token pages."""
    if not given.get("appid"):
        raise refusal(41002)
    if not given.get("secret"):
        raise refusal(41004)
    app = world.accounts.app(str(given["appid"]))
    if app is None:
        raise refusal(40013)
    if not hmac.compare_digest(app.secret.encode(), str(given["secret"]).encode()):
        raise refusal(40125)
    return app


def _applicant(call: Call, given: Mapping[str, Any]) -> App:
    if given.get("grant_type") != "client_credential":
        raise refusal(40002)
    app = app_by_secret(call.world, given)
    if not call.world.switches.flag("caller_ip_allowed"):
        text = f"invalid ip {_CALLER_IP} ipv6 ::ffff:{_CALLER_IP}, not in whitelist"
        raise refusal(40164, text)
    count(call.world, app.appid, call.route.path)
    return app


async def _plain(call: Call) -> Answer:
    app = _applicant(call, call.query)
    book, now = call.world.part(Tokens).book(app.appid), call.world.now()
    return _shown(call.world, book.plain(now, lambda: _new_value(call.world)))


async def _stable(call: Call) -> Answer:
    given = json_body(call)
    app = _applicant(call, given)
    book, now = call.world.part(Tokens).book(app.appid), call.world.now()
    force = given.get("force_refresh") is True
    try:
        token = book.stable(now, lambda: _new_value(call.world), force=force)
    except ForcedTooOftenError as error:
        raise refusal(45009) from error
    return _shown(call.world, token)


def _new_value(world: World) -> str:
    """Make a token in WeChat's shape: a number, an underscore, letters and digits."""
    return f"{world.ids.number('token')}_" + world.ids.alnum("access_token", TOKEN_CHARS)


def _shown(world: World, token: Token) -> Answer:
    left = token.remaining_s(world.now())
    return json_answer({"access_token": token.value, "expires_in": left})


async def _stable_wants_post(_call: Call) -> Answer:
    raise refusal(43002)


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    return (
        Route("GET", "/cgi-bin/token", _plain, Plane.API),
        Route("POST", "/cgi-bin/token", _plain, Plane.API),
        Route("POST", "/cgi-bin/stable_token", _stable, Plane.API),
        Route("GET", "/cgi-bin/stable_token", _stable_wants_post, Plane.API),
    )
