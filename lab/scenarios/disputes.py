"""A learner disputes a lesson; the money is held, the institution gives in, and the rest is charged."""

from lab.rig.rig import Rig
from lab.scenarios import Outcome, Say
from lab.scenarios.steps import pay, take_lesson, teach

COURSE, SCHOOL = "zhaorufei-writing-8", "zhaorufei"
LESSONS, LESSON_FEN, DISPUTED = 8, 10000, 7


async def run(rig: Rig, say: Say) -> Outcome:
    """Confirm the order in WeChat, dispute the seventh lesson, take the others."""
    phone = await rig.learner("小字家长")
    order = await phone.place_order(COURSE, "pay_after_course", "小字")
    no = order["no"]
    await phone.answer_wx(order["wx"])
    await phone.order_becomes(no, "in_training")
    say("已在微信支付分页面确认订单")
    for lesson in range(1, LESSONS + 1):
        if lesson == DISPUTED:
            await teach(rig, SCHOOL, no, lesson)
            await phone.call("POST", f"/orders/{no}/lessons/{lesson}/dispute", {"reason": "老师没有来"})
        else:
            await take_lesson(rig, SCHOOL, phone, no, lesson)
    waiting = await phone.order(no)
    if waiting["state"] != "in_training":
        raise AssertionError(waiting)
    say(f"第 {DISPUTED} 节有异议，其余 {LESSONS - 1} 节已确认，暂不扣费")
    await rig.school(SCHOOL).call(
        "POST", f"/orders/{no}/lessons/{DISPUTED}/dispute", {"answer": "核实无误，此节不收费", "concede": True}
    )
    say("机构同意，此节不收费")
    await pay(rig, phone, no)
    return Outcome("对一节课提出异议", phone, no, (LESSONS - 1) * LESSON_FEN)
