"""A learner's USER_PAID notice is lost; asking WeChat finds the payment, and it is counted once."""

from lab.rig.rig import Rig
from lab.rig.waiting import until
from lab.scenarios import Outcome, Say
from lab.scenarios.all_lessons import COURSE, LESSONS, PRICE_FEN, SCHOOL
from lab.scenarios.steps import authorize, let_lead_pass, take_lesson


async def run(rig: Rig, say: Say) -> Outcome:
    """Take the course with the notice of payment lost for good."""
    phone = await rig.learner("小雨家长")
    await authorize(phone, SCHOOL, say)
    order = await phone.place_order(COURSE, "pay_after_course", "小雨")
    no = order["no"]
    for lesson in range(1, LESSONS + 1):
        await take_lesson(rig, SCHOOL, phone, no, lesson)
    await let_lead_pass(rig, phone, no)
    await until(
        lambda: phone.order(no), lambda order: order["charges"][0]["state"] == "deducting", "the money is asked for"
    )
    await rig.simulator.fault("notice:PAYSCORE.USER_PAID", "lost")
    await rig.simulator.advance(seconds=30)
    say("微信已扣费，但扣费通知丢失")
    if (await phone.order(no))["state"] != "settling":
        message = "the notice was not lost"
        raise AssertionError(message)
    await rig.simulator.advance(seconds=60)
    await phone.order_becomes(no, "settled")
    say("主动查询微信，找回了这笔扣费")
    return Outcome("扣费通知丢失，主动找回", phone, no, PRICE_FEN)
