"""The container runs native source as WeChat does: lifecycles, components, styles, calls, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from lab.rig.processes import running_simulator
from lab.rig.simulator import Simulator
from tests.browser.phone import Glass

if TYPE_CHECKING:
    from playwright.async_api import Browser

SAMPLE = Path(__file__).parent / "sample"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sample_address(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Run a simulator whose Mini Program is the sample."""
    log = tmp_path_factory.mktemp("sample") / "simulator.log"
    async with running_simulator(log, "--miniprogram", str(SAMPLE)) as simulator:
        yield simulator.address


@pytest_asyncio.fixture(loop_scope="session")
async def glass(chromium: Browser, sample_address: str) -> AsyncIterator[Glass]:
    """Open the sample on a phone."""
    async with ClientSession() as session:
        made = await Simulator(sample_address, session).call("POST", "/users", {"nickname": "样例"})
    context = await chromium.new_context(viewport={"width": 375, "height": 812}, locale="zh-CN")
    opened = Glass(await context.new_page())
    await opened.page.goto(f"{sample_address}/phone/screen.html?user={made['user_id']}&app")
    await opened.app_sees("first.ready")
    yield opened
    await context.close()


async def text_of(glass: Glass, place: str) -> str:
    return (await glass.app.locator(place).first.inner_text()).strip()


async def test_lifecycles_come_in_the_order_wechat_documents(glass: Glass) -> None:
    begun = "launch shown tint:green card.attached first.load:0 first.show card.page-shown card.ready first.ready"
    seen = (await text_of(glass, ".log")).split()
    assert sorted(seen) == sorted(begun.split())
    ours = ["launch", "shown", "first.load:0", "first.show", "first.ready"]
    assert [line for line in seen if line in ours] == ours

    await glass.app_tap("去第二页")
    await glass.app_sees("回")
    await glass.app_tap("回")
    await glass.app_sees("first.hide")
    assert (await text_of(glass, ".log")).split("first.ready ")[1].split(" ", 1)[0] == "first.hide"
    assert "second.load:空 格 second.unload first.show" in await text_of(glass, ".log")
    await glass.app_tap("开关卡片")
    await glass.app_sees("card.detached")


async def test_templates_scripts_components_and_slots_work(glass: Glass) -> None:
    assert await glass.app.locator(".line").all_inner_texts() == ["0-a", "1-b"]
    assert await text_of(glass, ".loud") == "hey!"
    assert await text_of(glass, ".wxs") == "42"
    assert re.sub(r"\s", "", await text_of(glass, "wx-card")) == "头卡片green脚"
    await glass.app.locator("wx-card").click()
    await glass.app_sees("card:green|")


async def test_forms_tell_what_was_written_and_chosen(glass: Glass) -> None:
    await glass.app.get_by_role("textbox").fill("你好")
    await glass.app_sees("a 你好")
    await glass.app.get_by_role("button", name="选一个").click()
    await glass.page.get_by_role("option", name="b").click()
    await glass.tap("确定")
    await glass.app_sees("range:1|")
    await glass.app.get_by_role("checkbox", name="甲").click()
    await glass.app.get_by_text("乙").click()
    await glass.app_sees("|x,y|")
    button = glass.app.get_by_role("button", name="长按")
    await button.click(delay=600)
    await glass.app_sees("long|")


async def test_styles_are_wechats_and_stay_on_their_page(glass: Glass) -> None:
    await glass.app_tap("量一下")
    await glass.app_sees("width:187.5")
    look = "node => { const s = getComputedStyle(node); return [s.paddingLeft, s.backgroundColor].join() }"
    assert await glass.app.locator("wx-page").first.evaluate(look) == "10px,rgb(1, 2, 3)"
    box = glass.app.locator("wx-card wx-view").first
    assert await box.evaluate("node => getComputedStyle(node).paddingTop") == "50px"
    await glass.app_tap("去第二页")
    await glass.app_sees("回")
    log = glass.app.locator("wx-page:not([hidden]) .log")
    assert await log.evaluate("node => getComputedStyle(node).fontSize") == "16px"


async def test_what_wechat_would_refuse_is_refused(glass: Glass) -> None:
    await glass.app_tap("没有的页")
    await glass.app_sees('navigateTo:fail page "pages/none/none" is not found')
    await glass.app.get_by_role("button", name="禁用").click(force=True)
    await glass.app_tap("看看全局")
    await glass.app_sees("undefined:undefined:undefined")
    await glass.app_tap("晚了才问")
    await glass.app_sees("20004:requestSubscribeMessage:fail can only be invoked by user TAP gesture.")
    await glass.app_tap("未知组件")
    await glass.sees("<web-vieww> 不是内置组件")


async def test_what_is_stored_and_asked_comes_back(glass: Glass) -> None:
    await glass.app_tap("存一下")
    await glass.app_sees("kept:1")
    await glass.app_tap("去第二页")
    await glass.app_tap("问")
    await glass.tap("取消")
    await glass.app_sees("answer:false")
    await glass.app_tap("选")
    await glass.tap("二")
    await glass.app_sees("sheet:1")
