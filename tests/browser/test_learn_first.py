"""The news item's whole story, tapped through on the phone, with the money balanced to the fen."""

from typing import Any

from lab.rig.rig import Rig
from tests.browser.phone import Phone

SCHOOL, COURSE, PRICE_FEN = "wandou", "wandou-trial-3", 29900


async def publish(rig: Rig) -> None:
    course = {
        "title": "豌豆思维 体验课 3 节",
        "introduction": "数学思维体验课",
        "description": "三节课，先上课，学完再付费。",
        "price_fen": PRICE_FEN,
        "lessons": [{"title": f"体验第 {n} 课"} for n in (1, 2, 3)],
        "fee_modes": ["pay_after_course"],
    }
    await rig.school(SCHOOL).call("PUT", f"/courses/{COURSE}", course)


async def teach(rig: Rig, no: str, lesson: int) -> None:
    await rig.simulator.advance(days=2)
    outcome = await rig.school(SCHOOL).report(no, lesson, await rig.simulator.now())
    assert outcome["taken"] == 1, outcome


async def institutions_order(rig: Rig, no: str) -> Any:
    return await rig.school(SCHOOL).call("GET", f"/orders/{no}")


async def test_a_course_is_taken_first_and_paid_by_itself_at_the_end(rig: Rig, phone: Phone) -> None:
    await publish(rig)
    user = await phone.unlock("小豆家长")
    await phone.open_app()

    await phone.order("豌豆思维 体验课 3 节", "小豆")
    await phone.sees("开通先享后付")
    await phone.tap("同意并开通")
    await phone.app_sees("上课中")
    no = await phone.order_no()
    assert await phone.taken_fen(user) == 0

    for lesson in (1, 2, 3):
        await teach(rig, no, lesson)
        await phone.app_tap(f"体验第 {lesson} 课 上过了")
        await phone.sees("已确认")
    await phone.app_sees("结算中")
    await rig.simulator.advance(seconds=60)
    await phone.app_sees("已结清")

    order = await institutions_order(rig, no)
    assert (order["state"], order["paid_fen"]) == ("settled", PRICE_FEN)
    assert await phone.taken_fen(user) == PRICE_FEN
    await phone.tap("关闭")
    await phone.tap("微信", exact=True)
    await phone.page.get_by_role("button", name="微信支付").tap()
    await phone.sees("自动扣费成功")
    await phone.sees("¥299.00")
