"""A phone in real Chromium, the real server and the simulator behind it; what is tested is only ever tapped."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import pytest_asyncio

from lab.rig.processes import Running
from lab.rig.rig import Rig, open_rig
from tests.architecture.source import ROOT
from tests.browser.phone import Phone
from tests.fixtures_simulator import fresh_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

VENDOR = ROOT / "wechat-simulator" / "phone" / "node_modules" / "glass-easel"
PHONE_SIZE = {"width": 375, "height": 812}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests, with their fixtures, in one event loop: a browser belongs to the loop that opened it."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Open Debian's Chromium, once."""
    path = shutil.which("chromium")
    if path is None or not VENDOR.is_dir() or find_spec("playwright") is None:
        _without("The phone was not tested: it needs Chromium (apt-get install chromium) and `make browser`.")
    from playwright.async_api import async_playwright  # noqa: PLC0415 - not everybody has it

    async with async_playwright() as playwright:
        # a container's root may not use Chromium's own sandbox
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


def _without(sentence: str) -> None:
    if os.environ.get("BROWSER_REQUIRED") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rig(
    chromium: Browser, simulator_process: Running, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Rig]:
    """Open one rig for all tests: each has a user of its own, and time goes on for all of them."""
    directory = tmp_path_factory.mktemp("phone")
    async with (
        fresh_world(simulator_process) as world,
        open_rig(
            directory, simulator_address=world, mongo_uri=mongo_uri, database=f"phone_{uuid4().hex[:12]}"
        ) as opened,
    ):
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def phone(chromium: Browser, rig: Rig) -> AsyncIterator[Phone]:
    """Hand over a phone nobody has unlocked yet; a console error in it fails the test."""
    context = await chromium.new_context(viewport=PHONE_SIZE, device_scale_factor=2, locale="zh-CN", has_touch=True)
    held = Phone(await context.new_page(), rig)
    await held.page.goto(f"{rig.simulator.address}/phone/screen.html")
    yield held
    await context.close()
    assert held.errors == []
