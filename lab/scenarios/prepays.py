"""A learner prepays, ends after four of ten lessons, and gets the rest back."""

from lab.rig.rig import Rig
from lab.rig.waiting import until
from lab.scenarios import Outcome, Say
from lab.scenarios.steps import take_lesson
from models.money import yuan

COURSE, SCHOOL = "aiku-basketball-10", "aiku"
PRICE_FEN, LESSON_FEN, TAKEN = 120000, 12000, 4


async def run(rig: Rig, say: Say) -> Outcome:
    """Pay everything in advance, take four lessons, end."""
    phone = await rig.learner("小付家长")
    order = await phone.place_order(COURSE, "prepay", "小付")
    no = order["no"]
    await phone.answer_wx(order["wx"])
    await phone.order_becomes(no, "in_training")
    say("已预付全部课时费")
    for lesson in range(1, TAKEN + 1):
        await take_lesson(rig, SCHOOL, phone, no, lesson)
    quote = await phone.call("POST", f"/orders/{no}/ending-quotes")
    await phone.call("POST", f"/orders/{no}/ending", {"quote_id": quote["id"]})
    await until(
        lambda: phone.order(no),
        lambda order: [refund["state"] for refund in order["charges"][0]["refunds"]] == ["refunding"],
        "WeChat is asked to give the rest back",
    )
    await rig.simulator.advance(seconds=60)
    back = PRICE_FEN - TAKEN * LESSON_FEN
    await until(lambda: phone.order(no), lambda order: order["refunded_fen"] == back, "the rest is given back")
    say(f"退回未上的课 {yuan(back)} 元")
    return Outcome("先付后退", phone, no, PRICE_FEN, back)
