"""Service orders in authorization mode: query, complete, cancel, deduct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from school import ORDERS

if TYPE_CHECKING:
    from school import School

REQUIRED = (
    *("appid", "mchid", "out_order_no", "service_id", "service_introduction", "state"),
    *("post_payments", "risk_fund", "time_range", "attach", "notify_url", "order_id"),
)


PARAM, AUTH, REQUEST = (400, "PARAM_ERROR"), (403, "NO_AUTH"), (400, "INVALID_REQUEST")


async def test_an_authorised_user_gets_an_order_in_service_at_once(
    school: School, learner: Any
) -> None:
    body = await school.order(openid=school.openid(learner))
    plain = (await school.post(ORDERS, body)).json
    assert (plain["state"], plain["state_description"]) == ("DOING", "USER_CONFIRM")
    assert "package" not in plain
    assert all(plain[name] == body.get(name, plain[name]) for name in REQUIRED)
    asked = await school.query(body["out_order_no"])
    assert asked["openid"] == school.openid(learner)
    assert not {"collection", "total_amount", "need_collection"} & set(asked)
    await school.settle()
    assert school.receiver.arrivals == []


async def test_a_course_is_completed_deducted_and_announced(school: School, learner: Any) -> None:
    number = (await school.open_order(learner))["out_order_no"]
    await school.control.advance(3600)
    body = await school.completion(
        8900,
        post_payments=[{"name": "课时费", "amount": 9900, "count": 1}],
        post_discounts=[{"name": "新生优惠", "description": "首课减10元", "amount": 1000}],
    )
    done = (await school.post(f"{ORDERS}/{number}/complete", body)).json
    assert (done["state"], done["state_description"]) == ("DOING", "MCH_COMPLETE")
    assert (done["need_collection"], done["total_amount"]) == (True, 8900)
    assert "collection" not in done
    waiting = await school.query(number)
    assert waiting["collection"] == {
        "state": "USER_PAYING",
        "total_amount": 8900,
        "paying_amount": 8900,
        "paid_amount": 0,
        "details": [],
    }
    await school.control.advance(5)
    paid = await school.query(number)
    assert paid["state"] == "DONE"
    assert "state_description" not in paid
    collection = paid["collection"]
    assert (collection["state"], collection["paid_amount"]) == ("USER_PAID", 8900)
    detail = collection["details"][0]
    assert (detail["seq"], detail["amount"], detail["paid_type"]) == (1, 8900, "NEWTON")
    assert detail["paid_time"] == await school.digits()
    assert len(detail["transaction_id"]) == 28
    assert school.receiver.events() == ["PAYSCORE.USER_PAID"]
    assert school.receiver.plain() == paid
    entry = (await school.entries())[0]
    assert (entry["kind"], entry["amount_fen"], entry["trade_type"]) == ("deduction", 8900, "AUTH")
    assert entry["transaction_id"] == detail["transaction_id"]
    assert entry["attach"] == f"wxzff|{paid['order_id']}|{number}"
    balances = (await school.control.get("/_sim/ledger"))["balances"]
    assert balances == {learner["user_id"]: 1_000_000 - 8900}


async def test_an_overdue_order_blocks_the_next_until_it_is_paid(
    school: School,
) -> None:
    user = await school.control.user(balance_fen=100)
    await school.authorize(user)
    number = (await school.open_order(user))["out_order_no"]
    await school.complete(number)
    await school.control.advance(5)
    assert (await school.query(number))["collection"]["state"] == "USER_PAYING"
    body = await school.order(openid=school.openid(user))
    await school.refused(ORDERS, body, 400, "INVALID_REQUEST", 271299627)
    await school.control.post(f"/_sim/users/{user['user_id']}/top-up", {"amount_fen": 10_000})
    await school.control.advance(6 * 3600)
    assert (await school.query(number))["state"] == "DONE"
    await school.post(ORDERS, body)


async def test_a_user_may_pay_a_waiting_order_himself(school: School) -> None:
    user = await school.control.user(balance_fen=0)
    await school.authorize(user)
    number = (await school.open_order(user))["out_order_no"]
    await school.complete(number)
    await school.control.advance(5)
    path = f"/_sim/users/{user['user_id']}/pay"
    assert (await school.control.call("POST", path, {"out_order_no": number}))[0] == 400
    await school.control.post(f"/_sim/users/{user['user_id']}/top-up", {"amount_fen": 9900})
    await school.control.post(path, {"out_order_no": number})
    await school.settle()
    assert school.receiver.events()[-1] == "PAYSCORE.USER_PAID"
    entry = (await school.entries())[0]
    assert (entry["trade_type"], entry["out_trade_no"]) == ("JSAPI", number)
    await school.control.advance(7 * 3600)
    assert len(await school.entries()) == 1
    assert (await school.control.call("POST", path, {"out_order_no": number}))[0] == 404


@pytest.mark.parametrize(
    ("change", "refusal", "numeric"),
    [
        ({"total_amount": 9899}, PARAM, 0),
        ({"total_amount": ...}, PARAM, 0),
        ({"total_amount": "9900"}, PARAM, 0),
        ({"post_payments": []}, PARAM, 0),
        ({"post_discounts": [{"name": "减", "amount": 1}]}, PARAM, 0),
        ({"time_range": ...}, PARAM, 0),
        ({"time_range": {"start_time_remark": "no end"}}, PARAM, 0),
        ({"time_range": {"end_time": "20200101000000"}}, PARAM, 271316637),
        ({"appid": "wx0000000000000000"}, AUTH, 271302149),
        (
            {"post_payments": [{"name": "课时费", "amount": 1_000_001}], "total_amount": 1_000_001},
            REQUEST,
            271316656,
        ),
    ],
)
async def test_a_bad_completion_is_refused_and_changes_nothing(
    school: School,
    learner: Any,
    change: dict[str, Any],
    refusal: tuple[int, str],
    numeric: int,
) -> None:
    number = (await school.open_order(learner))["out_order_no"]
    await school.control.advance(60)
    body = await school.completion(**change)
    await school.refused(f"{ORDERS}/{number}/complete", body, *refusal, numeric)
    assert (await school.query(number))["state_description"] == "USER_CONFIRM"


async def test_an_end_in_the_future_is_refused_and_now_is_not(school: School, learner: Any) -> None:
    number = (await school.open_order(learner))["out_order_no"]
    await school.control.advance(60)
    path = f"{ORDERS}/{number}/complete"
    late = await school.completion(time_range={"end_time": await school.digits(1)})
    wire = await school.refused(path, late, 400, "PARAM_ERROR")
    assert "实际结束时间不能晚于使用完结接口的时间" in wire.json["message"]
    await school.post(path, await school.completion(time_range={"end_time": await school.digits()}))


async def test_completing_again_is_a_success_only_with_the_same_parameters(
    school: School, learner: Any
) -> None:
    number = (await school.open_order(learner))["out_order_no"]
    await school.control.advance(60)
    path, body = f"{ORDERS}/{number}/complete", await school.completion()
    first = (await school.post(path, body)).json
    assert (await school.post(path, body)).json == first
    other = await school.completion(9800, time_range=body["time_range"])
    await school.refused(path, other, 400, "PARAM_ERROR", 271316598)
    await school.control.advance(5)
    assert (await school.post(path, body)).json["state"] == "DONE"
    await school.refused(path, other, 400, "ORDER_DONE")
    assert len(await school.entries()) == 1


async def test_completing_with_nothing_to_pay_is_done_at_once(school: School, learner: Any) -> None:
    number = (await school.open_order(learner))["out_order_no"]
    done = await school.complete(number, 0)
    assert (done["state"], done["need_collection"], done["total_amount"]) == ("DONE", False, 0)
    await school.control.advance(10)
    assert await school.entries() == []
    assert school.receiver.arrivals == []


async def test_cancelling_charges_nobody_and_may_be_repeated(school: School, learner: Any) -> None:
    number = (await school.open_order(learner))["out_order_no"]
    path, body = f"{ORDERS}/{number}/cancel", school.names(reason="学员停课")
    first = (await school.post(path, body)).json
    assert sorted(first) == ["appid", "mchid", "order_id", "out_order_no", "service_id"]
    assert (await school.post(path, body)).json == first
    await school.refused(path, school.names(reason="别的原因"), 400, "ORDER_CANCELED", 271302333)
    assert (await school.query(number))["state"] == "REVOKED"
    completion = await school.completion()
    await school.refused(f"{ORDERS}/{number}/complete", completion, 400, "ORDER_CANCELED")
    await school.refused(path, school.names(), 400, "PARAM_ERROR")


async def test_a_completed_order_is_cancelled_only_where_the_switch_allows(
    school: School, learner: Any
) -> None:
    number = (await school.open_order(learner))["out_order_no"]
    await school.complete(number)
    path, body = f"{ORDERS}/{number}/cancel", school.names(reason="学员停课")
    await school.control.post("/_sim/switches", {"cancel_in_user_paying": "refuse"})
    await school.refused(path, body, 400, "INVALID_REQUEST", 271316592)
    await school.control.post("/_sim/switches", {"cancel_in_user_paying": "allow"})
    await school.post(path, body)
    await school.control.advance(100_000)
    assert await school.entries() == []
    assert (await school.query(number))["state"] == "REVOKED"


async def test_a_paid_order_is_not_cancelled(school: School, learner: Any) -> None:
    number = (await school.open_order(learner))["out_order_no"]
    await school.complete(number)
    await school.control.advance(5)
    body = school.names(reason="学员停课")
    await school.refused(f"{ORDERS}/{number}/cancel", body, 400, "ORDER_DONE")


async def test_a_deduction_in_flight_locks_the_order(school: School, learner: Any) -> None:
    await school.control.post("/_sim/switches", {"in_flight_s": 30})
    await school.control.post("/_sim/switches", {"cancel_in_user_paying": "allow"})
    number = (await school.open_order(learner))["out_order_no"]
    await school.complete(number)
    await school.control.advance(6)
    body = school.names(reason="学员停课")
    wire = await school.refused(
        f"{ORDERS}/{number}/cancel", body, 400, "INVALID_REQUEST", 271316754
    )
    assert "单据正在扣款中" in wire.json["message"]
    await school.control.advance(30)
    assert (await school.query(number))["state"] == "DONE"


async def test_a_query_needs_exactly_one_number_and_the_right_owner(
    school: School, learner: Any
) -> None:
    number = (await school.open_order(learner))["out_order_no"]
    base = f"{ORDERS}?service_id={school.no_confirm}&appid={school.appid}"
    for tail, status in (
        ("", 400),
        (f"&out_order_no={number}&query_id=1", 400),
        ("&query_id=unknown", 404),
        ("&out_order_no=unknown", 404),
        (f"&out_order_no={number}", 200),
    ):
        assert (await school.pay.call("GET", base + tail)).status == status
    wrong = f"{ORDERS}?service_id={school.need_confirm}&appid={school.appid}&out_order_no={number}"
    assert (await school.pay.call("GET", wrong)).status == 404


async def test_malformed_bodies_are_refused(school: School) -> None:
    bodies: tuple[Any, ...] = ([], "text", {"service_id": {"deep": 1}})
    for body in bodies:
        await school.refused(ORDERS, body, 400, "PARAM_ERROR")
