"""A learner ends after seven of twenty lessons and pays seven twentieths, to the fen."""

from lab.rig.rig import Rig
from lab.scenarios import Outcome, Say
from lab.scenarios.all_lessons import COURSE, LESSONS, PRICE_FEN, SCHOOL
from lab.scenarios.steps import authorize, pay, take_lesson
from models.money import yuan

TAKEN = 7


async def run(rig: Rig, say: Say) -> Outcome:
    """Take seven lessons, ask what ending costs, and accept."""
    phone = await rig.learner("小早家长")
    await authorize(phone, SCHOOL, say)
    order = await phone.place_order(COURSE, "pay_after_course", "小早")
    no = order["no"]
    for lesson in range(1, TAKEN + 1):
        await take_lesson(rig, SCHOOL, phone, no, lesson)
    quote = await phone.call("POST", f"/orders/{no}/ending-quotes")
    say(f"结束报价：应付 {yuan(quote['due_fen'])} 元，十分钟内有效")
    await phone.call("POST", f"/orders/{no}/ending", {"quote_id": quote["id"]})
    await pay(rig, phone, no)
    receipt = await phone.call("GET", f"/orders/{no}/receipt")
    say(receipt["text"])
    return Outcome("上了 7 节后结束", phone, no, PRICE_FEN // LESSONS * TAKEN)
