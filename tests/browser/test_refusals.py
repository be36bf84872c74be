"""What goes wrong, as the parent meets it: WeChat says no, a lesson was not as it should be, the network fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.schools import order_of, publish, teach

if TYPE_CHECKING:
    from lab.rig.rig import Rig
    from tests.browser.phone import Phone

REQUESTS = "{} /phone/product/*"


async def orders_of(rig: Rig, student: str) -> list[str]:
    found = [await rig.school(name).call("GET", "/orders") for name in ("wandou", "aiku", "zhaorufei")]
    return [order["no"] for page in found for order in page["orders"] if order["student_name"] == student]


async def test_a_score_too_low_is_told_kindly_and_leaves_no_debt(phone: Phone) -> None:
    user = await phone.unlock("小风家长", score=560)
    await phone.open_app()
    await phone.order("豌豆思维 数学思维课", "小风")
    await phone.tap("同意并开通")
    await phone.sees("暂时无法为您开通先学后付")
    await phone.tap("确定")
    await phone.app_sees("会发生什么")
    assert await phone.taken_fen(user) == 0


async def test_a_lesson_is_disputed_and_its_money_held_until_the_word_is_taken_back(rig: Rig, phone: Phone) -> None:
    school = "wandou"
    await publish(rig, school, "一节体验课", "pay_after_course", (5000,))
    user = await phone.unlock("小议家长")
    await phone.open_app()
    await phone.order("一节体验课", "小议")
    await phone.tap("同意并开通")
    await phone.app_sees("上课中")
    no = await phone.order_no()
    await teach(rig, school, no, 1)
    await phone.app_tap("第 1 课 有异议")
    await phone.page.get_by_placeholder("例如：老师没来").fill("只上了一半")
    await phone.tap("确定")
    await phone.app_sees("“只上了一半”")
    await rig.simulator.advance(seconds=60)
    assert await phone.taken_fen(user) == 0
    await phone.app_tap("撤回异议")
    await phone.charged(no, user, school)
    assert (await order_of(rig, school, no))["paid_fen"] == 5000


async def test_a_broken_network_is_said_and_got_over(rig: Rig, phone: Phone) -> None:
    await phone.unlock("小网家长")
    await phone.open_app()
    await rig.simulator.fault(REQUESTS.format("GET"), "500")
    await phone.app_tap_text("豌豆思维 数学思维课")
    await phone.app_sees("服务暂时没有回应")
    await phone.app_tap("重试")
    await phone.app_sees("会发生什么")


async def test_an_answer_that_got_lost_and_a_second_tap_make_one_order(rig: Rig, phone: Phone) -> None:
    user = await phone.unlock("小两家长")
    await phone.open_app()
    await rig.simulator.fault(REQUESTS.format("POST"), "timeout_after_effect", times=2, hold_s=0)
    await phone.order("赵汝飞练字", "小两")
    await phone.sees("网络不可用")
    await phone.app_tap_twice("先学后付")
    await phone.tap("确认使用")
    await phone.app_sees("上课中")
    assert len(await orders_of(rig, "小两")) == 1
    assert await phone.taken_fen(user) == 0


async def test_the_account_answers_in_the_chat(phone: Phone) -> None:
    await phone.unlock("小聊家长")
    await phone.tap("先学课堂")
    await phone.page.get_by_label("输入消息").fill("帮助")
    await phone.tap("发送")
    await phone.sees("您可以这样问我")
    await phone.tap("我的课程", exact=True)
    await phone.sees("还没有")
