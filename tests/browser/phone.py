"""A phone in the hand of a test: it taps, types and reads, and reaches no further into the page than an eye does."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from lab.rig.waiting import until
from tests.browser.schools import order_of

if TYPE_CHECKING:
    from playwright.async_api import ConsoleMessage, FrameLocator, Locator, Page

    from lab.rig.rig import Rig

PATIENCE_MS = 15_000
EXPECTED_ERRORS = ("status of 4", "status of 5", "net::ERR")
"""What the browser itself reports of a refused or broken request; the page has to cope, and says so."""


class Glass:
    """A phone's screen: what can be seen on it and tapped, with a finger or with a mouse."""

    def __init__(self, page: Page, *, finger: bool = False) -> None:
        self.page = page
        self.finger = finger
        page.set_default_timeout(PATIENCE_MS)

    @property
    def app(self) -> FrameLocator:
        """What the Mini Program shows, its bars left out."""
        return self.page.frame_locator("iframe.app-frame")

    async def press(self, place: Locator) -> None:
        """Tap on something."""
        await (place.tap() if self.finger else place.click())

    async def tap(self, name: str, *, exact: bool = False) -> None:
        """Tap a button of WeChat's, or of the bars around the Mini Program."""
        await self.press(self.page.get_by_role("button", name=name, exact=exact))

    async def app_tap(self, name: str, *, exact: bool = True) -> None:
        """Tap a button of the Mini Program."""
        await self.press(self.app.get_by_role("button", name=name, exact=exact).first)

    async def app_tap_text(self, text: str) -> None:
        """Tap on a text of the Mini Program."""
        await self.press(self.app.get_by_text(text).first)

    async def sees(self, text: str) -> None:
        """Wait until WeChat shows a text."""
        await self.page.get_by_text(text).first.wait_for(state="visible", timeout=PATIENCE_MS)

    async def app_sees(self, text: str) -> None:
        """Wait until the Mini Program shows a text."""
        await self.app.get_by_text(text).first.wait_for(state="visible", timeout=PATIENCE_MS)


class Phone(Glass):
    """A phone in the real world of the product, whose money is counted."""

    def __init__(self, page: Page, rig: Rig, *, finger: bool = True) -> None:
        super().__init__(page, finger=finger)
        self.rig = rig
        self.errors: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(word in message.text for word in EXPECTED_ERRORS):
            self.errors.append(message.text)

    async def unlock(self, nickname: str, *, score: int = 700, yuan: int = 5000) -> str:
        """Make a new user and open the phone; returns the user's id."""
        await self.page.get_by_label("昵称").fill(nickname)
        await self.page.get_by_label("支付分").fill(str(score))
        await self.page.get_by_label("零钱（元）").fill(str(yuan))
        await self.tap("用新用户打开手机")
        await self.sees("先学课堂")
        users = (await self.rig.simulator.call("GET", "/users"))["users"]
        return str(next(user["user_id"] for user in users if user["nickname"] == nickname))

    async def open_app(self) -> None:
        """Find the Mini Program where people find it."""
        await self.tap("发现")
        await self.press(self.page.get_by_text("最近使用的小程序"))
        await self.app_sees("节课")

    async def app_tap_twice(self, name: str) -> None:
        """Tap where a button is, twice at once, whatever the first tap has put there."""
        box = await self.app.get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await self.page.touchscreen.tap(x, y)
        await self.page.touchscreen.tap(x, y)

    async def order(self, course: str, student: str, mode: str = "", button: str = "先学后付") -> None:
        """Go to a course's page, choose how to pay, accept the terms, and order."""
        await self.app_tap_text(course)
        if mode:
            await self.press(self.app.get_by_role("radio", name=mode))
        await self.app.get_by_role("textbox", name="学员姓名").fill(student)
        await self.press(self.app.get_by_role("checkbox"))
        await self.app_tap(button)

    async def order_no(self) -> str:
        """Read the number of the order the Mini Program shows."""
        return (await self.app.locator(".number").last.inner_text()).strip()

    async def order_becomes(self, no: str, school: str, state: str) -> None:
        """Wait until the server has the order in a state."""
        await until(lambda: order_of(self.rig, school, no), lambda order: order["state"] == state, f"{no} is {state}")

    async def let_lead_pass(self, no: str, school: str) -> None:
        """Wait until the Mini Program has shown what will be taken, and let time pass until it may be."""
        order = await until(
            lambda: order_of(self.rig, school, no),
            lambda order: any(charge["announcement"] for charge in order["charges"]),
            f"what {no} will cost is announced",
        )
        moments = [charge["announcement"]["not_before"] for charge in order["charges"] if charge["announcement"]]
        wait = max(map(datetime.fromisoformat, moments)) - datetime.fromisoformat(await self.rig.simulator.now())
        await self.rig.simulator.advance(seconds=max(0, wait.total_seconds()) + 1)

    async def charged(self, no: str, user_id: str, school: str) -> None:
        """Wait until WeChat was asked for money, let it deduct, and wait until both sides know."""
        await self.let_lead_pass(no, school)
        asked = {"completing", "deducting", "paid"}
        await until(
            lambda: order_of(self.rig, school, no),
            lambda order: any(charge["state"] in asked for charge in order["charges"]),
            f"WeChat is asked for the money of {no}",
        )
        await self.rig.simulator.advance(seconds=60)
        await until(lambda: order_of(self.rig, school, no), lambda order: order["paid_fen"], f"{no} is paid")
        assert (await order_of(self.rig, school, no))["paid_fen"] == await self.taken_fen(user_id)

    async def taken_fen(self, user_id: str) -> int:
        """Return what the ledger says was taken from a user, refunds given back."""
        entries = [entry for entry in await self.rig.simulator.ledger() if entry["user_id"] == user_id]
        return sum(-entry["amount_fen"] if entry["kind"] == "refund" else entry["amount_fen"] for entry in entries)
