"""A learner turns billing off inside WeChat: what was taught is charged, nothing later ever is."""

from lab.rig.rig import Rig
from lab.rig.waiting import until
from lab.scenarios import Outcome, Say
from lab.scenarios.steps import authorize, pay, take_lesson

COURSE, SCHOOL = "aiku-basketball-10", "aiku"
TAKEN, LESSON_FEN = 3, 12000


async def run(rig: Rig, say: Say) -> Outcome:
    """Take three lessons, close the service in WeChat's own settings, and try to be taught a fourth."""
    phone = await rig.learner("小停家长")
    await authorize(phone, SCHOOL, say)
    order = await phone.place_order(COURSE, "pay_after_course", "小停")
    no = order["no"]
    for lesson in range(1, TAKEN + 1):
        await take_lesson(rig, SCHOOL, phone, no, lesson)
    service_id = (await phone.call("GET", "/authorizations"))["authorizations"][0]["service_id"]
    await rig.simulator.call("POST", f"/users/{phone.person.user_id}/close-service", {"service_id": service_id})
    await until(lambda: phone.order(no), lambda order: order["ended_at"] is not None, "the ending is known")
    say("在微信里关闭了扣费服务，课程随即结束")
    outcome = await rig.school(SCHOOL).report(no, TAKEN + 1, await rig.simulator.now())
    if outcome["refused"] != 1:
        raise AssertionError(outcome)
    say(f"机构再报第 {TAKEN + 1} 节：{outcome['rows'][0]['error']['message']}")
    await pay(rig, phone, no)
    return Outcome("在微信里关闭扣费", phone, no, TAKEN * LESSON_FEN)
