"""A learner's USER_PAID notice is lost; asking WeChat finds the payment, and it is counted once."""

from lab.rig.stage import Stage, order_becomes, until
from lab.scenarios import Played, Say
from lab.scenarios.all_lessons import COURSE, LESSONS, PRICE_FEN, SCHOOL
from lab.scenarios.common import authorize, take_lesson


async def play(stage: Stage, say: Say) -> Played:
    """Play the course with the notice of payment lost for good."""
    person, phone = await stage.learner("小雨家长")
    await authorize(stage, person, phone, SCHOOL, say)
    order = await phone.place_order(COURSE, "pay_after_course", "小雨")
    no = order["no"]
    for lesson in range(1, LESSONS + 1):
        await take_lesson(stage, SCHOOL, phone, no, lesson)
    await until(
        lambda: phone.order(no), lambda order: order["charges"][0]["state"] == "deducting", "the money is asked for"
    )
    await stage.simulator.fault("notice:PAYSCORE.USER_PAID", "lost")
    await stage.simulator.advance(seconds=30)
    say("微信已扣费，但扣费通知丢失")
    if (await phone.order(no))["state"] != "settling":
        message = "the notice was not lost"
        raise AssertionError(message)
    await stage.simulator.advance(seconds=60)
    await order_becomes(phone, no, "settled")
    say("主动查询微信，找回了这笔扣费")
    return Played("扣费通知丢失，主动找回", phone, person.openid, no, PRICE_FEN)
