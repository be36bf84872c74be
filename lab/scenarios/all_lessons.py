"""A learner takes all twenty lessons and is charged once, at the end."""

from lab.rig.rig import Rig
from lab.scenarios import Outcome, Say
from lab.scenarios.steps import authorize, pay, take_lesson, teach
from models.money import yuan

COURSE, SCHOOL = "wandou-thinking-20", "wandou"
LESSONS = 20
PRICE_FEN = 199900


async def run(rig: Rig, say: Say) -> Outcome:
    """Take the whole course; the last lesson is confirmed by silence."""
    phone = await rig.learner("小豆家长")
    await authorize(phone, SCHOOL, say)
    order = await phone.place_order(COURSE, "pay_after_course", "小豆")
    await phone.order_becomes(order["no"], "in_training")
    say("下单成功，开始上课，一分未付")
    for lesson in range(1, LESSONS):
        await take_lesson(rig, SCHOOL, phone, order["no"], lesson)
        say(f"第 {lesson} 节已上并确认")
    await teach(rig, SCHOOL, order["no"], LESSONS)
    await phone.order(order["no"])
    say(f"家长看到了第 {LESSONS} 节的上课记录")
    await rig.simulator.advance(hours=49)
    await phone.order_becomes(order["no"], "settling")
    say(f"第 {LESSONS} 节无异议，自动确认；已预告扣费金额，一天后扣费")
    settled = await pay(rig, phone, order["no"])
    say(f"扣费 {yuan(settled['paid_fen'])} 元，订单结清")
    return Outcome("学完 20 节，扣费一次", phone, order["no"], PRICE_FEN)
