"""Plans, their signing, and the per-lesson orders under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from plan_steps import PLAN_ORDERS, PLANS, SIGN_PLANS, Course
from school import ORDERS

if TYPE_CHECKING:
    from school import School

PRICES = [(200, 200), (200, 150), (200, 150), (200, 100), (200, 100)]


@pytest.fixture
async def course(school: School) -> Course:
    return Course(school, await school.control.user(), PRICES)


async def test_a_plan_is_created_queried_and_stopped(school: School, course: Course) -> None:
    body = course.plan_body()
    plan = (await school.post(PLANS, body)).json
    details = [d | {"plan_detail_no": n} for n, d in enumerate(body["plan_detail_list"], start=1)]
    expected = body | {"plan_detail_list": details, "mchid": "1900000001", "plan_state": "NORMAL"}
    assert plan == expected | {"plan_id": plan["plan_id"]}
    assert len(plan["plan_id"]) == 32
    assert (await school.post(PLANS, body)).json == plan
    changed = body | {"plan_name": "另一个"}
    await school.refused(PLANS, changed, 400, "PARAM_ERROR", 271316598)
    one = f"{PLANS}/merchant-plan-no/{body['merchant_plan_no']}"
    assert (await school.pay.call("GET", one)).json == plan
    stopped = await school.pay.call("POST", f"{one}/stop")
    assert (stopped.json["plan_state"], stopped.json["stop_mchid"]) == ("STOP", "1900000001")
    assert stopped.json["stop_time"].endswith("+08:00")
    assert (await school.pay.call("GET", f"{PLANS}/merchant-plan-no/none")).status == 404


@pytest.mark.parametrize(
    "change",
    [
        {"total_actual_price": 701},
        {"total_original_price": 999},
        {"deduction_quantity": 4},
        {"plan_duration": 366},
        {"plan_duration": 0},
        {"plan_name": "名" * 21},
        {"plan_name": "瑜伽🧘"},
        {"merchant_plan_no": "a|b"},
        {"plan_detail_list": []},
    ],
)
async def test_a_plan_that_does_not_add_up_is_refused(
    school: School, course: Course, change: dict[str, Any]
) -> None:
    await school.refused(PLANS, course.plan_body(**change), 400, "PARAM_ERROR")


@pytest.mark.parametrize("prices", [[(200, 100), (200, 150)], [(100, 101)], [(100, 0)]])
async def test_prices_never_rise_nor_exceed_the_original(
    school: School, course: Course, prices: list[tuple[int, int]]
) -> None:
    course.prices = prices
    await school.refused(PLANS, course.plan_body(), 400, "PARAM_ERROR")


async def test_a_plan_needs_a_plan_service(school: School, course: Course) -> None:
    body = course.plan_body(service_id=school.no_confirm)
    await school.refused(PLANS, body, 403, "NO_AUTH")
    course.prices = [(1_000_001, 1_000_001)]
    await school.refused(PLANS, course.plan_body(), 400, "INVALID_REQUEST", 271316656)


async def test_a_user_signs_and_the_merchant_is_told(school: School, course: Course) -> None:
    answer = await course.prepare()
    assert answer["sign_plan"]["sign_state"] == "UNSIGNED"
    await school.view(course.user, "wxpayScorePlan", {"package": answer["package"]})
    await school.settle()
    assert school.receiver.events() == ["PAYSCORE.USER_SIGN_PLAN"]
    told = school.receiver.plain()
    assert told == await course.state()
    assert school.receiver.arrivals[0].envelope["resource"]["associated_data"] == "payscore"
    assert (told["sign_state"], told["going_detail_no"]) == ("SIGNED", 0)
    assert told["plan_over_time"].endswith("T00:00:00+08:00")
    assert (told["cancel_sign_type"], told["cancel_sign_time"]) == ("NOT_CANCEL", "")
    assert (told["total_origin_price"], told["total_actual_price"]) == (1000, 700)
    first = told["signed_detail_list"][0]
    assert first == {
        "plan_detail_no": 1,
        "plan_detail_name": "第1节课",
        "original_price": 200,
        "actual_price": 200,
        "merchant_plan_detail_no": course.number(1),
        "plan_discount_description": "享受优惠",
        "plan_detail_state": "NOT_USED",
        "order_id": "",
        "actual_pay_price": 0,
        "use_time": "",
        "complete_time": "",
        "cancel_time": "",
    }


async def test_signing_again_gives_a_package_only_until_it_is_signed(
    school: School, course: Course
) -> None:
    first = await course.prepare()
    again = (await school.post(SIGN_PLANS, course.sign_body)).json
    assert again["sign_plan"] == first["sign_plan"]
    assert again["package"] != first["package"]
    await school.control.advance(7201)
    path = f"/_sim/users/{course.user['user_id']}/view"
    jump = {"businessType": "wxpayScorePlan", "extraData": {"package": first["package"]}}
    status, answer = await school.control.call("POST", path, jump)
    assert (status, answer["errcode"]) == (400, 4186)
    fresh = (await school.post(SIGN_PLANS, course.sign_body)).json["package"]
    await school.view(course.user, "wxpayScorePlan", {"package": fresh})
    assert "package" not in (await school.post(SIGN_PLANS, course.sign_body)).json
    changed = course.sign_body | {"notify_url": "https://edu.example.com/other"}
    await school.refused(SIGN_PLANS, changed, 400, "PARAM_ERROR", 271316598)


async def test_bad_signings_are_refused(school: School, course: Course) -> None:
    await course.prepare()
    details = course.sign_body["sign_plan_detail"]
    twice = [details[0] | {"plan_detail_no": n} for n in range(1, 6)]
    for change, status, code in (
        ({"sign_plan_detail": details[:4]}, 400, "PARAM_ERROR"),
        ({"sign_plan_detail": twice}, 400, "PARAM_ERROR"),
        ({"sign_plan_detail": details}, 400, "PARAM_ERROR"),
        ({"openid": "oNobody"}, 400, "PARAM_ERROR"),
        ({"plan_id": "1"}, 404, "ORDER_NOT_EXIST"),
        ({"notify_url": "http://edu.example.com"}, 400, "PARAM_ERROR"),
    ):
        await school.refused(SIGN_PLANS, course.signing(**change), status, code)


@pytest.mark.parametrize("wishes", [{"score": 599}, {"youth_mode": True}])
async def test_wechat_declines_a_signature_and_the_merchant_learns_nothing(
    school: School, wishes: dict[str, Any]
) -> None:
    course = Course(school, await school.control.user(**wishes), PRICES)
    package = (await course.prepare())["package"]
    shown = await school.view(course.user, "wxpayScorePlan", {"package": package})
    assert shown["result"] == "declined"
    assert (await course.state())["sign_state"] == "UNSIGNED"
    assert school.receiver.arrivals == []


async def test_only_the_named_user_signs_and_only_a_living_plan(
    school: School, course: Course
) -> None:
    package = (await course.prepare())["package"]
    other = await school.control.user()
    shown = await school.view(other, "wxpayScorePlan", {"package": package})
    assert shown["result"] == "declined"
    await school.post(f"{PLANS}/merchant-plan-no/{course.plan['merchant_plan_no']}/stop", {})
    shown = await school.view(course.user, "wxpayScorePlan", {"package": package})
    assert shown["result"] == "declined"
    await school.refused(SIGN_PLANS, course.signing(), 400, "INVALID_REQUEST")


async def test_five_lessons_are_taken_and_paid_one_by_one(school: School, course: Course) -> None:
    await course.sign()
    for lesson, (original, actual) in enumerate(PRICES, start=1):
        order = await course.begin(lesson)
        assert (order["state"], order["state_description"]) == ("DOING", "USER_CONFIRM")
        assert "package" not in order
        assert order["risk_fund"] == {"amount": actual}
        assert order["post_payments"] == [{"name": f"第{lesson}节课", "amount": original}]
        state = await course.state()
        assert state["going_detail_no"] == lesson
        assert state["signed_detail_list"][lesson - 1]["plan_detail_state"] == "USING"
        await course.complete(lesson, actual)
        await school.control.advance(5)
        detail = (await course.state())["signed_detail_list"][lesson - 1]
        assert (detail["plan_detail_state"], detail["actual_pay_price"]) == ("USED", actual)
        assert detail["order_id"] == order["order_id"]
        assert detail["use_time"] < detail["complete_time"]
    assert (await course.state())["sign_state"] == "COMPLETE"
    assert [entry["amount_fen"] for entry in await school.entries()] == [200, 150, 150, 100, 100]
    assert school.receiver.events() == ["PAYSCORE.USER_SIGN_PLAN"] + ["PAYSCORE.USER_PAID"] * 5


async def test_the_next_lesson_waits_until_the_last_is_paid_or_cancelled(
    school: School,
) -> None:
    user = await school.control.user(balance_fen=0)
    course = Course(school, user, PRICES)
    await course.sign()
    wire = await school.refused(PLAN_ORDERS, await course.lesson(2), 400, "INVALID_REQUEST")
    assert wire.json["message"] == "不允许跳过计划明细"
    await course.begin(1)
    await school.refused(PLAN_ORDERS, await course.lesson(2), 400, "INVALID_REQUEST")
    await course.complete(1, 200)
    await school.refused(PLAN_ORDERS, await course.lesson(2), 400, "INVALID_REQUEST")
    await school.control.post(f"/_sim/users/{user['user_id']}/top-up", {"amount_fen": 1000})
    await school.control.advance(5)
    await course.begin(2)
    names = school.names(service_id=course.service_id, reason="老师请假")
    await school.post(f"{ORDERS}/{course.number(2)}/cancel", names)
    detail = (await course.state())["signed_detail_list"][1]
    assert detail["plan_detail_state"] == "SIGN_PLAN_DETAIL_CANCEL"
    assert detail["cancel_time"]
    again = await course.lesson(2, attach="changed")
    await school.refused(PLAN_ORDERS, again, 400, "PARAM_ERROR", 271316598)
    await course.begin(3)


async def test_a_lesson_order_repeats_only_with_the_same_parameters(
    school: School, course: Course
) -> None:
    await course.sign()
    body = await course.lesson(1)
    first = (await school.post(PLAN_ORDERS, body)).json
    assert (await school.post(PLAN_ORDERS, body)).json == first
    for change, status, code in (
        ({"attach": "other"}, 400, "PARAM_ERROR"),
        ({"out_trade_no": course.number(2)}, 400, "PARAM_ERROR"),
        ({"plan_detail_no": 6}, 400, "PARAM_ERROR"),
        ({"sign_plan_id": "1"}, 404, "ORDER_NOT_EXIST"),
    ):
        await school.refused(PLAN_ORDERS, body | change, status, code)
    stranger = await school.control.user()
    foreign = body | {"openid": school.openid(stranger)}
    await school.refused(PLAN_ORDERS, foreign, 403, "NO_AUTH")


async def test_a_lesson_costs_at_most_what_the_plan_says(school: School, course: Course) -> None:
    await course.sign()
    await course.begin(1)
    await school.control.advance(60)
    body = await school.completion(201, service_id=course.service_id)
    path = f"{ORDERS}/{course.number(1)}/complete"
    await school.refused(path, body, 400, "INVALID_REQUEST", 271316656)
    await course.complete(1, 120)


async def test_a_user_cancels_and_no_further_lesson_can_begin(
    school: School, course: Course
) -> None:
    await course.sign()
    await course.begin(1)
    path = f"/_sim/users/{course.user['user_id']}/cancel-sign-plan"
    await school.control.post(path, {"sign_plan_id": course.signed["sign_plan_id"]})
    await school.settle()
    assert school.receiver.events()[-1] == "PAYSCORE.USER_CANCEL_SIGN_PLAN"
    told = school.receiver.plain()
    assert (told["sign_state"], told["cancel_sign_type"]) == ("SIGN_PLAN_CANCEL", "USER")
    assert told["cancel_sign_time"]
    await course.complete(1, 200)
    await school.control.advance(5)
    assert (await course.state())["signed_detail_list"][0]["plan_detail_state"] == "USED"
    await school.refused(PLAN_ORDERS, await course.lesson(2), 400, "INVALID_REQUEST")
    status, _ = await school.control.call("POST", path, {"sign_plan_id": "1"})
    assert status == 404


async def test_closing_the_service_ends_its_signed_plans(school: School, course: Course) -> None:
    await course.sign()
    path = f"/_sim/users/{course.user['user_id']}/close-service"
    await school.control.post(path, {"service_id": course.service_id})
    await school.settle()
    assert school.receiver.plain()["cancel_sign_type"] == "REVOKE_SERVICE"


async def test_a_merchant_stops_a_signature_quietly(school: School, course: Course) -> None:
    await course.sign()
    one = f"{SIGN_PLANS}/merchant-sign-plan-no/{course.sign_body['merchant_sign_plan_no']}"
    stopped = (await school.post(f"{one}/stop", {"stop_reason": "机构停课"})).json
    assert (stopped["sign_state"], stopped["cancel_sign_type"]) == ("SIGN_PLAN_CANCEL", "MERCHANT")
    assert stopped["cancel_reason"] == "机构停课"
    assert (await school.post(f"{one}/stop", {"stop_reason": "机构停课"})).json == stopped
    await school.refused(f"{one}/stop", {"stop_reason": "别的"}, 400, "INVALID_REQUEST")
    await school.refused(f"{one}/stop", {"stop_reason": "长" * 129}, 400, "PARAM_ERROR")
    await school.settle()
    assert school.receiver.events() == ["PAYSCORE.USER_SIGN_PLAN"]


async def test_a_signature_expires_at_midnight_after_its_last_day(
    school: School, course: Course
) -> None:
    await course.sign()
    await school.control.post("/_sim/clock", {"to": course.signed["plan_over_time"]})
    assert (await course.state())["sign_state"] == "EXPIRE"
    await school.refused(PLAN_ORDERS, await course.lesson(1), 400, "INVALID_REQUEST")


async def test_a_plans_number_cannot_be_used_for_another_order(
    school: School, course: Course
) -> None:
    await course.sign()
    await school.authorize(course.user)
    openid = school.openid(course.user)
    body = await school.order(openid=openid, out_order_no=course.number(1))
    await school.refused(ORDERS, body, 400, "PARAM_ERROR", 271316598)


async def test_sign_plan_notices_are_repeated_eleven_times_a_minute_apart(
    school: School, course: Course
) -> None:
    school.receiver.statuses = [500] * 20
    await course.sign()
    await school.control.advance(3600)
    assert len(school.receiver.arrivals) == 11
