"""``/_sim/apps/{appid}/menu``: the custom menu below the chat with an Official Account.

What the console and ``/cgi-bin/menu/create`` both make; a press of a `click` button pushes CLICK.
Limits: /doc/offiaccount/Custom_Menus/Creating_Custom-Defined_Menu.html.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from wechat_simulator.errors import ControlError
from wechat_simulator.parts import Part
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer

MOST_BUTTONS, MOST_SUB_BUTTONS = 3, 5
_NEEDED = {"click": ("key",), "view": ("url",), "miniprogram": ("pagepath", "appid", "url")}


@dataclass
class Menus(Part):
    """The menu of each app, as it was given."""

    name: ClassVar[str] = "weixin_menus"
    menus: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


async def _read(call: Call) -> Answer:
    return json_answer({"button": call.world.part(Menus).menus.get(_appid(call), [])})


async def _set(call: Call) -> Answer:
    buttons = _checked(call.json().get("button"), MOST_BUTTONS)
    call.world.part(Menus).menus[_appid(call)] = buttons
    return json_answer({"button": buttons})


def _appid(call: Call) -> str:
    app = call.world.accounts.app(call.params["appid"])
    if app is None or app.kind != "official_account":
        raise ControlError(f"no Official Account {call.params['appid']}", status=404)
    return app.appid


def _checked(given: Any, most: int) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not 0 < len(given) <= most:
        raise ControlError(f"button must be a list of 1 to {most}")
    for button in given:
        if not isinstance(button, dict) or not isinstance(button.get("name"), str):
            raise ControlError("each button has a name")
        if "sub_button" in button and most == MOST_BUTTONS:
            _checked(button["sub_button"], MOST_SUB_BUTTONS)
        else:
            _check_deed(button)
    return given


def _check_deed(button: dict[str, Any]) -> None:
    needed = _NEEDED.get(str(button.get("type")))
    if needed is None or any(not isinstance(button.get(name), str) for name in needed):
        raise ControlError(f"{button['name']}: type is one of {sorted(_NEEDED)}, with its fields")


def routes() -> tuple[Route, ...]:
    """Return the routes of this module."""
    path = "/_sim/apps/{appid}/menu"
    return (
        Route("GET", path, _read, Plane.CONTROL),
        Route("POST", path, _set, Plane.CONTROL),
    )
