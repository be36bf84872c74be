"""What every api.weixin.qq.com handler does first: whose token is it, is the call allowed.

Error codes of tokens: …/doc/oplatform/developers/errCode and the two token pages. Answers are HTTP
200 whatever happened; success carries errcode 0 and errmsg "ok".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from wechat_simulator.accounts import App, AppKind
from wechat_simulator.errors import ApiError
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.weixin.errcodes import ERRMSG
from wechat_simulator.weixin.rates import Rates
from wechat_simulator.weixin.tokens import Tokens

if TYPE_CHECKING:
    from wechat_simulator.users import User
    from wechat_simulator.world import World

ANY_APP: tuple[AppKind, ...] = ("miniprogram", "official_account")
_UNLIMITED = 10**9


@dataclass(slots=True)
class ApiCall:
    """One authorised call: in whose name, with which JSON body (empty for GET)."""

    call: Call
    app: App
    body: dict[str, Any]

    @property
    def world(self) -> World:
        """The world it was made in."""
        return self.call.world

    def receiver(self, openid: object) -> User:
        """Return the user with this openid at the calling app; 40003 for anything else."""
        user = self.world.users.by_openid(self.app.appid, str(openid)) if openid else None
        if user is None:
            raise refusal(40003)
        return user


Worker = Callable[[ApiCall], Awaitable[Answer]]


def refusal(errcode: int, text: str | None = None, **extra: Any) -> ApiError:
    """Return the error of this code with its usual text, or with `text`; `extra` joins the body."""
    return ApiError(errcode, ERRMSG[errcode] if text is None else text, extra=extra)


def ok(**fields: Any) -> Answer:
    """Answer success."""
    return json_answer({"errcode": 0, "errmsg": "ok", **fields})


def posting(path: str, worker: Worker, *kinds: AppKind) -> tuple[Route, Route]:
    """Routes of an API that takes a JSON body; GET is told to use POST."""

    async def serve(call: Call) -> Answer:
        app = authorized(call, kinds)
        return await worker(ApiCall(call, app, json_body(call)))

    return (
        Route("POST", path, serve, Plane.API),
        Route("GET", path, _wants_post, Plane.API),
    )


def getting(path: str, worker: Worker, *kinds: AppKind) -> tuple[Route]:
    """Route of an API that takes everything in the query."""

    async def serve(call: Call) -> Answer:
        return await worker(ApiCall(call, authorized(call, kinds), {}))

    return (Route("GET", path, serve, Plane.API),)


def authorized(call: Call, kinds: tuple[AppKind, ...]) -> App:
    """Return the app whose access_token this is, and count the call against its limits."""
    value = call.query.get("access_token")
    if not value:
        raise refusal(41001)
    app = _owner(call.world, value)
    if app.kind not in kinds:
        raise refusal(int(call.world.switches.number("foreign_token_errcode")))
    count(call.world, app.appid, call.route.path)
    return app


def _owner(world: World, value: str) -> App:
    tokens = world.part(Tokens)
    appid = tokens.owner(value)
    app = world.accounts.app(appid) if appid else None
    if app is None:
        raise refusal(40014)
    match tokens.book(app.appid).judge(value, world.now()):
        case "good":
            return app
        case "expired":
            raise refusal(42001)
        case _:
            raise refusal(40001)


def count(world: World, appid: str, path: str, over_minute: int = 45011) -> None:
    """Count one call of `path`; 45009 past its limit for the day, else `over_minute`."""
    per_minute, per_day = limits(world, path)
    over = world.part(Rates).of(appid, path).count(world.now(), per_minute, per_day)
    if over is not None:
        raise refusal(over_minute if over == "minute" else 45009)


def limits(world: World, path: str) -> tuple[int, int]:
    """Return the calls allowed per minute and per day (switch `api_limits`)."""
    per_minute, per_day = world.switches.values["api_limits"].get(path, (_UNLIMITED, _UNLIMITED))
    return int(per_minute), int(per_day)


def json_body(call: Call) -> dict[str, Any]:
    """Return the body as a JSON object; 44002 when there is none, 47001 for something else."""
    if not call.body.strip():
        raise refusal(44002)
    try:
        value = orjson.loads(call.body)
    except orjson.JSONDecodeError as error:
        raise refusal(47001) from error
    if not isinstance(value, dict):
        raise refusal(47001)
    return value


async def _wants_post(_call: Call) -> Answer:
    raise refusal(43002)
