"""Creating service orders in authorization mode: what is taken, repeated and refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from school import ORDERS

if TYPE_CHECKING:
    from school import School


async def test_creating_again_answers_the_same_unless_something_changed(
    school: School, learner: Any
) -> None:
    body = await school.order(openid=school.openid(learner))
    first = (await school.post(ORDERS, body)).json
    assert (await school.post(ORDERS, dict(reversed(body.items())))).json == first
    for change in (
        {"attach": "other"},
        {"risk_fund": {"name": "ESTIMATE_ORDER_COST", "amount": 1}},
        {"notify_url": "https://edu.example.com/other"},
    ):
        await school.refused(ORDERS, body | change, 400, "PARAM_ERROR", 271316598)
    other = await school.control.user()
    await school.authorize(other)
    changed = body | {"openid": school.openid(other)}
    await school.refused(ORDERS, changed, 400, "PARAM_ERROR", 271316598)
    await school.complete(body["out_order_no"])
    again = (await school.post(ORDERS, body)).json
    assert (again["state"], again["state_description"]) == ("DOING", "MCH_COMPLETE")


PARAM, AUTH, REQUEST = (400, "PARAM_ERROR"), (403, "NO_AUTH"), (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    ("change", "refusal", "numeric"),
    [
        ({"service_introduction": "二十一个字的课程名称一定会被微信支付拒绝的呀"[:21]}, PARAM, 0),
        ({"service_introduction": "画画课🎨"}, PARAM, 0),
        ({"service_introduction": ...}, PARAM, 0),
        ({"out_order_no": "含汉字"}, PARAM, 0),
        ({"out_order_no": "x" * 33}, PARAM, 0),
        ({"attach": "a" * 257}, PARAM, 0),
        ({"notify_url": ...}, PARAM, 0),
        ({"notify_url": "https://edu.example.com/n?x=1"}, PARAM, 0),
        ({"notify_url": "http://edu.example.com/n"}, PARAM, 0),
        ({"openid": ...}, PARAM, 0),
        ({"openid": "oNobody"}, PARAM, 0),
        ({"post_payments": [{"name": "课", "amount": 1}] * 2}, PARAM, 0),
        ({"post_payments": [{"name": "课"}]}, PARAM, 0),
        ({"post_payments": [{"name": "课", "amount": -1}]}, PARAM, 0),
        ({"post_payments": [{"name": "课", "amount": "99"}]}, PARAM, 0),
        ({"post_payments": [{"name": "课", "amount": 1.5}]}, PARAM, 0),
        ({"post_payments": [{"name": "课", "amount": 1, "count": 101}]}, PARAM, 0),
        ({"post_payments": [{"name": str(n), "amount": 1} for n in range(101)]}, PARAM, 0),
        ({"post_discounts": [{"name": "减", "amount": 1}]}, PARAM, 0),
        ({"risk_fund": ...}, PARAM, 0),
        ({"risk_fund": {"name": "DEPOSIT", "amount": 1}}, PARAM, 0),
        ({"risk_fund": {"name": "ESTIMATE_ORDER_COST", "amount": 0}}, PARAM, 0),
        (
            {"risk_fund": {"name": "ESTIMATE_ORDER_COST", "amount": 1_000_001}},
            REQUEST,
            271316656,
        ),
        ({"time_range": ...}, PARAM, 0),
        ({"time_range": {"start_time": "2025-09-01T19:00:00+08:00"}}, PARAM, 0),
        ({"time_range": {"start_time": "20251301000000"}}, PARAM, 0),
        (
            {"time_range": {"start_time": "20990902", "end_time": "20990901"}},
            PARAM,
            271316637,
        ),
        ({"time_range": {"start_time": "20990901", "end_time": "OnAccept"}}, PARAM, 0),
        ({"need_user_confirm": True}, AUTH, 0),
        ({"appid": "wx0000000000000000"}, AUTH, 271302149),
        ({"service_id": "1" * 32}, AUTH, 268503786),
    ],
)
async def test_a_bad_order_is_refused_and_leaves_nothing(
    school: School,
    learner: Any,
    change: dict[str, Any],
    refusal: tuple[int, str],
    numeric: int,
) -> None:
    body = await school.order(**({"openid": school.openid(learner)} | change))
    await school.refused(ORDERS, body, *refusal, numeric)
    number = body["out_order_no"]
    query = f"service_id={school.no_confirm}&appid={school.appid}&out_order_no={number}"
    if number.isascii() and len(number) <= 32:
        assert (await school.pay.call("GET", f"{ORDERS}?{query}")).status == 404


async def test_twenty_characters_are_still_allowed(school: School, learner: Any) -> None:
    await school.open_order(learner, service_introduction="二" * 20)


async def test_an_order_needs_the_users_authorization(school: School) -> None:
    user = await school.control.user()
    body = await school.order(openid=school.openid(user))
    wire = await school.refused(ORDERS, body, 403, "NO_AUTH")
    assert wire.json["message"] == "用户未授权此服务"


@pytest.mark.parametrize(
    ("wishes", "numeric"),
    [({"score": 560}, 271300099), ({"youth_mode": True}, 268560785)],
)
async def test_wechat_refuses_some_users_when_the_order_is_created(
    school: School, wishes: dict[str, Any], numeric: int
) -> None:
    user = await school.control.user(**wishes)
    await school.authorize(user)
    body = await school.order(openid=school.openid(user))
    await school.refused(ORDERS, body, 400, "INVALID_REQUEST", numeric)


async def test_a_user_has_at_most_three_orders_in_service(school: School, learner: Any) -> None:
    first = await school.open_order(learner)
    for _ in range(2):
        await school.open_order(learner)
    fourth = await school.order(openid=school.openid(learner))
    wire = await school.refused(ORDERS, fourth, 400, "INVALID_REQUEST", 271300099)
    assert wire.json["message"].startswith("综合评估未通过")
    await school.complete(first["out_order_no"])
    await school.post(ORDERS, fourth)
