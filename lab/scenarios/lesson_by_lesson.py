"""A learner signs a plan once and is charged lesson by lesson, each after the one before is paid."""

from lab.rig.product import MiniProgram
from lab.rig.rig import Rig
from lab.rig.waiting import until
from lab.scenarios import Outcome, Say
from lab.scenarios.steps import take_lesson

COURSE, SCHOOL = "jiaojiao-reading-5", "jiaojiao"
LESSONS, PRICE_FEN = 5, 49900


async def run(rig: Rig, say: Say) -> Outcome:
    """Sign, then take five lessons, each charged before the next begins."""
    phone = await rig.learner("小叫家长")
    order = await phone.place_order(COURSE, "pay_per_lesson", "小叫")
    no = order["no"]
    await phone.answer_wx(order["wx"])
    await phone.order_becomes(no, "in_training")
    say("已签约：每节课后单独扣费，随时可停")
    for lesson in range(1, LESSONS + 1):
        await until(lambda: phone.order(no), lambda order: order["next_lesson_clear"], f"lesson {lesson} may be taught")
        await take_lesson(rig, SCHOOL, phone, no, lesson)
        await _charged(rig, phone, no, lesson)
        say(f"第 {lesson} 节已上、已确认、已扣费")
    await phone.order_becomes(no, "settled")
    return Outcome("逐节付费，每节一扣", phone, no, PRICE_FEN)


async def _charged(rig: Rig, phone: MiniProgram, no: str, lesson: int) -> None:
    charge = lesson - 1
    await until(
        lambda: phone.order(no),
        lambda order: order["charges"][charge]["state"] == "deducting",
        f"WeChat is asked for lesson {lesson}",
    )
    await rig.simulator.advance(seconds=30)
    await until(
        lambda: phone.order(no),
        lambda order: order["charges"][charge]["state"] == "paid",
        f"lesson {lesson} is paid",
    )
