"""How a part of WeChat is plugged in: its routes, events, state, pages and switches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

import orjson

from wechat_simulator.errors import ControlError, WeChatPayError
from wechat_simulator.world import Blueprint

if TYPE_CHECKING:
    from wechat_simulator.accounts import Merchant
    from wechat_simulator.parts import Part
    from wechat_simulator.switches import Switch
    from wechat_simulator.users import User
    from wechat_simulator.world import EventHandler, World
    from wechat_simulator.worlds import Worlds


class Plane(Enum):
    """Which door a route is behind; it decides on signatures and the shape of errors."""

    PAY = "pay"  # api.mch.weixin.qq.com: signed both ways
    API = "api"  # api.weixin.qq.com and friends: errcode, always HTTP 200
    CONTROL = "control"  # the test's own door
    NETWORK = "network"  # between a Mini Program and its own server: plain HTTP that can fail


@dataclass(slots=True)
class Answer:
    """What goes back on the wire; ``numeric`` ends the Request-ID."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    numeric: int = 0
    signed: bool = True
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(value: Any, status: int = 200, **more: Any) -> Answer:
    """Return ``value`` as a JSON answer; ``more`` as in ``Answer``."""
    return Answer(status=status, body=orjson.dumps(value), **more)


def no_content() -> Answer:
    """Return 204."""
    return Answer(status=204)


@dataclass(slots=True)
class Call:
    """One request as a handler sees it. ``raw_url`` is path and query exactly as received."""

    world: World
    registry: Registry
    route: Route
    method: str
    raw_url: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    worlds: Worlds | None = None
    signer: Merchant | None = None

    @property
    def merchant(self) -> Merchant:
        """The merchant whose signature was verified (PAY only)."""
        if self.signer is None:
            raise RuntimeError("this route is not behind the signature check")
        return self.signer

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object; PARAM_ERROR or ControlError otherwise."""
        try:
            value = orjson.loads(self.body or b"{}")
        except orjson.JSONDecodeError:
            value = None
        if isinstance(value, dict):
            return value
        if self.route.plane is Plane.CONTROL:
            raise ControlError("the body is not a JSON object")
        raise WeChatPayError(400, "PARAM_ERROR", "请求体不是合法的JSON对象")


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path template such as ``/v3/payscore/serviceorder/{out_order_no}/cancel``."""

    method: str
    path: str
    handler: Handler
    plane: Plane

    @property
    def target(self) -> str:
        """The name by which a fault is aimed at this route."""
        return f"{self.method} {self.path}"


@dataclass(slots=True)
class Jump:
    """A user arriving on a page of WeChat through ``wx.openBusinessView``."""

    world: World
    user: User
    appid: str
    extra: dict[str, Any]
    decision: str


View = Callable[[Jump], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Surface:
    """Everything a module adds. ``views`` are by businessType, ``events`` by kind."""

    routes: tuple[Route, ...] = ()
    events: Mapping[str, EventHandler] = field(default_factory=dict)
    parts: tuple[type[Part], ...] = ()
    views: Mapping[str, View] = field(default_factory=dict)
    switches: tuple[Switch, ...] = ()


class Registry:
    """The surfaces of this simulator, merged; ValueError when two claim the same name."""

    def __init__(self, surfaces: tuple[Surface, ...]) -> None:
        self.routes = tuple(route for s in surfaces for route in s.routes)
        self.parts = tuple(part for s in surfaces for part in s.parts)
        self.switches = tuple(switch for s in surfaces for switch in s.switches)
        self.events: dict[str, EventHandler] = _merge(s.events for s in surfaces)
        self.views: dict[str, View] = _merge(s.views for s in surfaces)
        self.blueprint = Blueprint(self.parts, self.events, self.switches)
        _unique(route.target for route in self.routes)
        _unique(part.name for part in self.parts)
        _unique(switch.name for switch in self.switches)


def _merge(maps: Any) -> dict[str, Any]:
    pairs = [pair for m in maps for pair in m.items()]
    _unique(name for name, _ in pairs)
    return dict(pairs)


def _unique(names: Any) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{name} is registered twice")
        seen.add(name)
