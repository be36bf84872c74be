"""A learner takes all twenty lessons and is charged once, at the end."""

from lab.rig.stage import Stage, order_becomes
from lab.scenarios import Played, Say
from lab.scenarios.common import authorize, pay, take_lesson, teach
from models.money import yuan

COURSE, SCHOOL = "wandou-thinking-20", "wandou"
LESSONS = 20
PRICE_FEN = 199900


async def play(stage: Stage, say: Say) -> Played:
    """Play the whole course; the last lesson is confirmed by silence."""
    person, phone = await stage.learner("小豆家长")
    await authorize(stage, person, phone, SCHOOL, say)
    order = await phone.place_order(COURSE, "pay_after_course", "小豆")
    await order_becomes(phone, order["no"], "in_training")
    say("下单成功，开始上课，一分未付")
    for lesson in range(1, LESSONS):
        await take_lesson(stage, SCHOOL, phone, order["no"], lesson)
        say(f"第 {lesson} 节已上并确认")
    await teach(stage, SCHOOL, order["no"], LESSONS)
    await stage.simulator.advance(hours=49)
    say(f"第 {LESSONS} 节无异议，自动确认，等待扣费")
    settled = await pay(stage, phone, order["no"])
    say(f"扣费 {yuan(settled['paid_fen'])} 元，订单结清")
    return Played("学完 20 节，扣费一次", phone, person.openid, order["no"], PRICE_FEN)
