"""The README's pictures are taken from the running phone: `make pictures` keeps them, every other run only looks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import ROOT
from tests.browser.phone import Phone
from tests.browser.schools import order_of, teach

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

    from lab.rig.rig import Rig

SIZE = {"width": 1240, "height": 860}
SCHOOL = "jiaojiao"
WORDS = {
    "zh_CN": ("上课中", "上过了", "账本", "小叫妈妈"),
    "en": ("In training", "It took place", "Ledger", "Jiao's mother"),
}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_the_desk_shows_a_lesson_taken_and_charged(
    rig: Rig, chromium: Browser, tmp_path: Path, language: str
) -> None:
    running, taken, ledger, nickname = WORDS[language]
    made = await rig.simulator.call("POST", "/users", {"nickname": nickname})
    context = await chromium.new_context(viewport=SIZE, color_scheme="light", locale=language.replace("_", "-"))
    page = await context.new_page()
    await context.add_init_script(f"localStorage.setItem('phone.language', '{language}')")
    await page.goto(f"{rig.simulator.address}/phone/screen.html?user={made['user_id']}&app")
    phone = Phone(page, rig, finger=False)
    await phone.app_tap_text("叫叫阅读 分级阅读课")
    await phone.app.get_by_role("textbox").fill("小叫")
    await phone.press(phone.app.get_by_role("checkbox"))
    await phone.press(phone.app.locator(".bar-button"))
    await phone.press(page.locator(".page .wide.primary"))
    await phone.app_sees(running)
    no = await phone.order_no()
    await teach(rig, SCHOOL, no, 1)
    await phone.press(phone.app.get_by_role("button", name=taken).first)
    await phone.charged(no, made["user_id"], SCHOOL)
    assert (await order_of(rig, SCHOOL, no))["paid_fen"] > 0

    await page.goto(f"{rig.simulator.address}/phone/?user={made['user_id']}")
    desk = page.frame_locator("iframe.glass")
    await desk.locator(".tab").nth(1).click()
    await desk.locator(".screen-home .cell").first.click()
    app = desk.frame_locator("iframe.app-frame")
    await desk.locator(".app-tabs .tab").nth(1).click()
    await app.get_by_text("小叫", exact=False).first.click()
    await app.locator(".state").wait_for()
    await page.get_by_role("tab", name=ledger).click()
    await page.locator("table").first.wait_for()
    folder = ROOT / "docs" / "images" if os.environ.get("PICTURES") == "1" else tmp_path
    picture = folder / f"phone.{language.replace('_', '-')}.png"
    await page.wait_for_timeout(800)
    await page.screenshot(path=picture)
    await context.close()
    assert picture.stat().st_size > 20_000
