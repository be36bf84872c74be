"""The news item's whole scenario, and each way to pay, tapped through on the phone and balanced to the fen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.rig.waiting import until
from tests.browser.schools import order_of, publish, teach

if TYPE_CHECKING:
    from lab.rig.rig import Rig
    from tests.browser.phone import Phone


async def test_a_course_is_taken_first_and_paid_by_itself_at_the_end(rig: Rig, phone: Phone) -> None:
    school, prices = "wandou", (15000, 14900)
    await publish(rig, school, "数学思维体验课", "pay_after_course", prices)
    user = await phone.unlock("小豆家长")
    await phone.open_app()

    await phone.order("数学思维体验课", "小豆")
    await phone.sees("开通先享后付")
    await phone.tap("同意并开通")
    await phone.app_sees("上课中")
    no = await phone.order_no()
    assert await phone.taken_fen(user) == 0

    for lesson in range(1, len(prices) + 1):
        await teach(rig, school, no, lesson)
        await phone.app_tap(f"第 {lesson} 课 上过了")
        await phone.sees("已确认")
    await phone.app_sees("结算中")
    await phone.let_lead_pass(no, school)
    await until(
        lambda: order_of(rig, school, no), lambda order: order["charges"][0]["state"] == "deducting", "it is asked for"
    )
    await rig.simulator.advance(seconds=60)
    await phone.app_sees("已结清")

    order = await order_of(rig, school, no)
    assert (order["state"], order["paid_fen"]) == ("settled", sum(prices))
    assert await phone.taken_fen(user) == sum(prices)
    await phone.tap("关闭")
    await phone.tap("微信", exact=True)
    await phone.tap("微信支付")
    await phone.sees("自动扣费成功")
    await phone.sees("¥299.00")


async def test_a_signed_plan_is_charged_by_the_lesson_until_it_is_cancelled_in_wechat(rig: Rig, phone: Phone) -> None:
    school = "jiaojiao"
    user = await phone.unlock("小叫家长")
    await phone.open_app()
    await phone.order("叫叫阅读 分级阅读课", "小叫")
    await phone.sees("共 5 期")
    await phone.tap("确认签约")
    await phone.app_sees("上课中")
    no = await phone.order_no()

    await teach(rig, school, no, 1)
    await phone.app_tap("阅读第 1 课 上过了")
    await phone.sees("已确认")
    await phone.charged(no, user, school)
    await phone.tap("关闭")
    await phone.tap("我", exact=True)
    await phone.tap("服务")
    await phone.tap("支付分")
    await phone.tap("第 2/5 期")
    await phone.tap("取消签约")
    await phone.press(phone.page.get_by_role("dialog").get_by_role("button", name="取消签约"))
    await phone.sees("已取消签约")
    await phone.order_becomes(no, school, "settled")
    order = await order_of(rig, school, no)
    assert order["paid_fen"] == await phone.taken_fen(user) == order["lessons"][0]["price_fen"]
    assert [lesson["state"] for lesson in order["lessons"]] == ["confirmed", *["cancelled"] * 4]


async def test_an_order_can_be_confirmed_on_its_own(rig: Rig, phone: Phone) -> None:
    user = await phone.unlock("小字家长")
    await phone.open_app()
    await phone.order("赵汝飞练字", "小字")
    await phone.sees("硬笔书法8节")
    await phone.tap("确认使用")
    await phone.app_sees("上课中")
    assert (await order_of(rig, "zhaorufei", await phone.order_no()))["state"] == "in_training"
    assert await phone.taken_fen(user) == 0


async def test_who_turns_away_on_wechats_page_can_come_back_to_it(rig: Rig, phone: Phone) -> None:
    await phone.unlock("小回家长")
    await phone.open_app()
    await phone.order("赵汝飞练字", "小回")
    await phone.tap("暂不")
    await phone.app_sees("等你在微信里确认")
    await phone.app_tap("去微信完成")
    await phone.tap("确认使用")
    await phone.app_sees("上课中")
    assert (await order_of(rig, "zhaorufei", await phone.order_no()))["student_name"] == "小回"


async def test_a_fee_can_be_paid_at_once(rig: Rig, phone: Phone) -> None:
    user = await phone.unlock("小付家长")
    await phone.open_app()
    await phone.order("爱酷体育 少儿篮球", "小付", mode="先付", button="支付")
    await phone.sees("¥1200.00")
    await phone.tap("确认支付")
    await phone.app_sees("上课中")
    order = await order_of(rig, "aiku", await phone.order_no())
    assert order["paid_fen"] == await phone.taken_fen(user) == 120000
