"""What the school does while a parent holds the phone: publish a short course, and report a lesson."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.rig.rig import Rig


async def publish(rig: Rig, school: str, title: str, fee_mode: str, prices_fen: tuple[int, ...]) -> None:
    """Put a course on sale whose lessons are called 第 1 课, 第 2 课 and so on."""
    course = {
        "title": title,
        "introduction": title[:20],
        "description": "先上课，后付费。",
        "price_fen": sum(prices_fen),
        "lessons": [{"title": f"第 {n} 课", "price_fen": fen} for n, fen in enumerate(prices_fen, 1)],
        "fee_modes": [fee_mode],
    }
    await rig.school(school).call("PUT", f"/courses/{school}-phone-{len(prices_fen)}", course)


async def teach(rig: Rig, school: str, no: str, lesson: int) -> None:
    """Teach a lesson two days later and report it."""
    await rig.simulator.advance(days=2)
    outcome = await rig.school(school).report(no, lesson, await rig.simulator.now())
    assert outcome["taken"] == 1, outcome


async def order_of(rig: Rig, school: str, no: str) -> Any:
    """Look at an order as the school sees it."""
    return await rig.school(school).call("GET", f"/orders/{no}")
