"""Steps that more than one scenario takes."""

from datetime import datetime
from typing import Any

from lab.rig.product import MiniProgram
from lab.rig.rig import Rig
from lab.rig.waiting import until
from lab.scenarios import Say

NOTHING_DUE = frozenset({"paid", "cancelled"})


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


async def let_lead_pass(rig: Rig, phone: MiniProgram, no: str) -> None:
    """Look at what will be taken, and let time pass until it may be."""
    order = await until(
        lambda: phone.order(no),
        lambda order: all(charge["announcement"] or charge["state"] in NOTHING_DUE for charge in order["charges"]),
        f"what {no} will cost is announced",
    )
    moments = [charge["announcement"]["not_before"] for charge in order["charges"] if charge["announcement"]]
    wait = max(map(datetime.fromisoformat, moments)) - datetime.fromisoformat(await rig.simulator.now())
    await rig.simulator.advance(seconds=max(0, wait.total_seconds()) + 1)


async def pay(rig: Rig, phone: MiniProgram, no: str) -> Any:  # noqa: ANN401 - parsed JSON
    """Wait until WeChat may be and was asked for the money, let it deduct, and wait until we know."""
    await let_lead_pass(rig, phone, no)
    await until(
        lambda: phone.order(no),
        lambda order: all(charge["state"] in {"deducting", "paid", "cancelled"} for charge in order["charges"]),
        f"WeChat is asked for the money of {no}",
    )
    await rig.simulator.advance(seconds=60)
    return await phone.order_becomes(no, "settled")
