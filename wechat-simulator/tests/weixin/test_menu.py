"""The menu below a chat: what the console takes, and what a press does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from developer import Developer
from people import event

if TYPE_CHECKING:
    from merchant_client import Control

COURSES = {"name": "我的课程", "type": "click", "key": "MY_COURSES"}
MORE = {
    "name": "更多",
    "sub_button": [{"name": "官网", "type": "view", "url": "https://x.example"}],
}


async def account(control: Control) -> Any:
    apps = (await control.get("/_sim/credentials"))["apps"]
    return next(app for app in apps if app["kind"] == "official_account")


async def test_a_menu_is_kept_and_a_press_is_pushed(control: Control) -> None:
    app, user = await account(control), await control.user()
    path = f"/_sim/apps/{app['appid']}/menu"
    assert await control.get(path) == {"button": []}
    await control.post(path, {"button": [COURSES, MORE]})
    assert await control.get(path) == {"button": [COURSES, MORE]}
    async with Developer(control, app) as developer:
        await developer.configure()
        await event(control, user, "CLICK", EventKey="MY_COURSES")
        assert developer.messages[-1]["EventKey"] == "MY_COURSES"


@pytest.mark.parametrize(
    "buttons",
    [
        [],
        [COURSES] * 4,
        [{"type": "click", "key": "K"}],
        [{"name": "无", "type": "click"}],
        [{"name": "无", "type": "dance", "key": "K"}],
        [{"name": "多", "sub_button": [COURSES] * 6}],
        [{"name": "深", "sub_button": [MORE]}],
    ],
)
async def test_a_menu_wechat_would_not_take_is_refused(control: Control, buttons: Any) -> None:
    path = f"/_sim/apps/{(await account(control))['appid']}/menu"
    assert (await control.call("POST", path, {"button": buttons}))[0] == 400
    assert (await control.get(path))["button"] == []


async def test_a_mini_program_has_no_menu(control: Control) -> None:
    app = (await control.get("/_sim/apps"))["apps"][0]
    path = f"/_sim/apps/{app['appid']}/menu"
    assert (await control.call("POST", path, {"button": [COURSES]}))[0] == 404
