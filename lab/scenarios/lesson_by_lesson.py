"""A learner signs a plan once and is charged lesson by lesson, each after the one before is paid."""

from lab.rig.product import MiniProgram
from lab.rig.stage import Stage, order_becomes, until
from lab.scenarios import Played, Say
from lab.scenarios.common import take_lesson

COURSE, SCHOOL = "jiaojiao-reading-5", "jiaojiao"
LESSONS, PRICE_FEN = 5, 49900


async def play(stage: Stage, say: Say) -> Played:
    """Sign, then take five lessons, each charged before the next begins."""
    person, phone = await stage.learner("小叫家长")
    order = await phone.place_order(COURSE, "pay_per_lesson", "小叫")
    no = order["no"]
    await stage.simulator.make_wx_call(person, order["wx"])
    await order_becomes(phone, no, "in_training")
    say("已签约：每节课后单独扣费，随时可停")
    for lesson in range(1, LESSONS + 1):
        await until(lambda: phone.order(no), lambda order: order["next_lesson_clear"], f"lesson {lesson} may be taught")
        await take_lesson(stage, SCHOOL, phone, no, lesson)
        await _charged(stage, phone, no, lesson)
        say(f"第 {lesson} 节已上、已确认、已扣费")
    await order_becomes(phone, no, "settled")
    return Played("逐节付费，每节一扣", phone, person.openid, no, PRICE_FEN)


async def _charged(stage: Stage, phone: MiniProgram, no: str, lesson: int) -> None:
    charge = lesson - 1
    await until(
        lambda: phone.order(no),
        lambda order: order["charges"][charge]["state"] == "deducting",
        f"WeChat is asked for lesson {lesson}",
    )
    await stage.simulator.advance(seconds=30)
    await until(
        lambda: phone.order(no),
        lambda order: order["charges"][charge]["state"] == "paid",
        f"lesson {lesson} is paid",
    )
