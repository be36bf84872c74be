"""A learner whom WeChat does not accept (score 560) is told kindly, and no order is left behind."""

from lab.rig.http import HttpError
from lab.rig.rig import Rig
from lab.scenarios import Outcome, Say
from lab.scenarios.all_lessons import COURSE, SCHOOL
from lab.scenarios.steps import authorize


async def run(rig: Rig, say: Say) -> Outcome:
    """Try to order; WeChat says no at the moment of ordering."""
    phone = await rig.learner("小风家长", score=560)
    await authorize(phone, SCHOOL, say)
    try:
        await phone.place_order(COURSE, "pay_after_course", "小风")
    except HttpError as refused:
        say(f"下单被拒：[{refused.code}] {refused.message}")
    else:
        message = "WeChat accepted a score of 560"
        raise AssertionError(message)
    left = await phone.call("GET", "/orders")
    if left["orders"]:
        raise AssertionError(left)
    return Outcome("支付分 560，被拒后有路可走", phone, None, 0)
