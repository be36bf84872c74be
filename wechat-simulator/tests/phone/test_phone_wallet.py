"""What the phone's pages show: people, chats, purse, and what stands on WeChat's own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from people import say
from plan_steps import Course

if TYPE_CHECKING:
    from merchant_client import Control
    from school import School
    from shop import Shop


async def wallet(school: School, user: Any) -> Any:
    return await school.control.get(f"/_sim/users/{user['user_id']}/wallet")


async def test_people_and_apps_are_listed_without_secrets(control: Control) -> None:
    made = await control.user(nickname="小明妈妈", score=560)
    [user] = (await control.get("/_sim/users"))["users"]
    assert (user["user_id"], user["nickname"], user["score"]) == (made["user_id"], "小明妈妈", 560)
    apps = (await control.get("/_sim/apps"))["apps"]
    assert [app["kind"] for app in apps] == ["miniprogram", "official_account"]
    assert all(app["name"] for app in apps)
    assert not {"secret", "token", "encoding_aes_key"} & apps[0].keys()


async def test_a_chat_has_both_sides(control: Control) -> None:
    user = await control.user()
    await say(control, user, "我的课程")
    [line] = (await control.get(f"/_sim/users/{user['user_id']}/chat"))["messages"]
    assert (line["via"], line["content"]["Content"]) == ("said", "我的课程")


async def test_a_page_shows_its_thing_before_the_user_decides(school: School) -> None:
    user = await school.control.user()
    token = (await school.post("/v3/payscore/permissions", school.permission())).json
    opened = await school.view(user, "wxpayScoreEnable", token, decision="open")
    assert opened["result"] == "opened"
    assert opened["shown"]["merchant"] == "青禾教育"
    assert (await wallet(school, user))["services"] == []
    order = await school.need_confirm_order()
    package = (await school.post("/v3/payscore/serviceorder", order)).json["package"]
    opened = await school.view(user, "wxpayScoreUse", {"package": package}, decision="open")
    assert opened["shown"]["service_introduction"] == "英语口语课"
    assert opened["shown"]["risk_fund"]["amount"] == 9900


async def test_a_plan_is_shown_with_its_prices_and_then_found_in_the_wallet(school: School) -> None:
    user = await school.control.user()
    course = Course(school, user, [(200, 150), (200, 140)])
    await course.sign()
    [plan] = (await wallet(school, user))["plans"]
    assert (plan["sign_state"], plan["merchant"]) == ("SIGNED", "青禾教育")
    assert [detail["actual_price"] for detail in plan["signed_detail_list"]] == [150, 140]


async def test_the_wallet_follows_the_money(school: School) -> None:
    user = await school.control.user(balance_fen=20_000)
    await school.authorize(user)
    order = await school.open_order(user)
    seen = await wallet(school, user)
    [service] = seen["services"]
    assert (service["merchant"], service["service_id"]) == ("青禾教育", school.no_confirm)
    assert [each["state_description"] for each in seen["orders"]] == ["USER_CONFIRM"]
    await school.complete(order["out_order_no"])
    await school.control.advance(10)
    seen = await wallet(school, user)
    assert (seen["balance_fen"], seen["orders"][0]["state"]) == (10_100, "DONE")
    [row] = seen["bill"]
    assert (row["kind"], row["amount_fen"], row["title"]) == ("deduction", 9900, "英语口语课")


async def test_an_order_that_could_not_be_deducted_reads_overdue(school: School) -> None:
    user = await school.control.user(balance_fen=5)
    await school.authorize(user)
    order = await school.open_order(user)
    await school.complete(order["out_order_no"])
    await school.control.advance(10)
    assert (await wallet(school, user))["orders"][0]["overdue"] is True


async def test_the_cashier_shows_what_is_paid(shop: Shop) -> None:
    user = await shop.user()
    sheet = await shop.sheet(await shop.place(user))
    status, opened = await shop.phone(user, {**sheet, "decision": "open"})
    assert (status, opened["result"]) == (200, "opened")
    shown = {"merchant": "青禾教育", "description": "书法课 20 节", "amount_fen": 9900}
    assert opened["shown"] == shown
    assert await shop.entries() == []
