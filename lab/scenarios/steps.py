"""Steps that more than one scenario takes."""

from typing import Any

from lab.rig.product import MiniProgram
from lab.rig.rig import Rig
from lab.rig.waiting import until
from lab.scenarios import Say


async def authorize(phone: MiniProgram, institution_id: str, say: Say) -> None:
    """Allow billing by Pay Score, and say so."""
    await phone.authorize(institution_id)
    say("已在微信支付分页面完成授权")


async def take_lesson(rig: Rig, institution_id: str, phone: MiniProgram, no: str, lesson: int) -> None:
    """Teach one lesson two days later, report it, and let the learner confirm it."""
    await teach(rig, institution_id, no, lesson)
    await phone.confirm(no, lesson)


async def teach(rig: Rig, institution_id: str, no: str, lesson: int) -> None:
    """Teach one lesson two days later and report it."""
    await rig.simulator.advance(days=2)
    taught_at = await rig.simulator.now()
    outcome = await rig.school(institution_id).report(no, lesson, taught_at)
    if outcome["taken"] != 1:
        raise AssertionError(outcome)


async def pay(rig: Rig, phone: MiniProgram, no: str) -> Any:  # noqa: ANN401 - parsed JSON
    """Wait until WeChat was asked for the money, let it deduct, and wait until we know."""
    await until(
        lambda: phone.order(no),
        lambda order: all(charge["state"] in {"deducting", "paid", "cancelled"} for charge in order["charges"]),
        f"WeChat is asked for the money of {no}",
    )
    await rig.simulator.advance(seconds=60)
    return await phone.order_becomes(no, "settled")
