"""Every answer carries what the documents mark as required, with its type, in each state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan_steps import PLANS, Course
from school import ORDERS, PERMISSIONS
from shapes import BOOL, DICT, INT, LIST, TEXT, Shape, has

if TYPE_CHECKING:
    from school import School

NUMBERS: Shape = {
    "appid": TEXT,
    "mchid": TEXT,
    "out_order_no": TEXT,
    "service_id": TEXT,
    "order_id": TEXT,
}
CREATED: Shape = NUMBERS | {
    "service_introduction": TEXT,
    "state": TEXT,
    "post_payments": LIST,
    "risk_fund": DICT,
    "time_range": DICT,
    "notify_url": TEXT,
}
IN_SERVICE: Shape = CREATED | {"state_description": TEXT, "openid": TEXT}
COMPLETED: Shape = NUMBERS | {
    "service_introduction": TEXT,
    "state": TEXT,
    "total_amount": INT,
    "need_collection": BOOL,
    "post_payments": LIST,
    "time_range": DICT,
}
COLLECTION: Shape = {"state": TEXT, "total_amount": INT, "paying_amount": INT, "paid_amount": INT}
DETAIL: Shape = {
    "seq": INT,
    "amount": INT,
    "paid_type": TEXT,
    "paid_time": TEXT,
    "transaction_id": TEXT,
    "promotion_detail": LIST,
}
PERMISSION: Shape = {"service_id": TEXT, "appid": TEXT, "mchid": TEXT, "authorization_state": TEXT}
ENVELOPE: Shape = {
    "id": TEXT,
    "create_time": TEXT,
    "event_type": TEXT,
    "resource_type": TEXT,
    "summary": TEXT,
    "resource": DICT,
}
RESOURCE: Shape = {"original_type": TEXT, "algorithm": TEXT, "ciphertext": TEXT, "nonce": TEXT}
PLAN: Shape = {
    **dict.fromkeys(("plan_id", "service_id", "mchid", "appid", "merchant_plan_no"), TEXT),
    **dict.fromkeys(("plan_name", "plan_state"), TEXT),
    **dict.fromkeys(("plan_duration", "deduction_quantity"), INT),
    **dict.fromkeys(("total_original_price", "total_actual_price"), INT),
    "plan_detail_list": LIST,
}
SIGN_PLAN: Shape = {
    **dict.fromkeys(("sign_plan_id", "service_id", "mchid", "appid", "plan_id", "plan_name"), TEXT),
    **dict.fromkeys(("merchant_sign_plan_no", "merchant_callback_url", "sign_state"), TEXT),
    **dict.fromkeys(("plan_over_time", "cancel_sign_type", "openid"), TEXT),
    **dict.fromkeys(("going_detail_no", "deduction_quantity"), INT),
    **dict.fromkeys(("total_origin_price", "total_actual_price"), INT),
    "signed_detail_list": LIST,
}
SIGNED_DETAIL: Shape = {
    **dict.fromkeys(("plan_detail_no", "original_price", "actual_price"), INT),
    **dict.fromkeys(("plan_detail_state", "merchant_plan_detail_no", "plan_detail_name"), TEXT),
}


async def test_an_order_in_each_of_its_states(school: School) -> None:
    user = await school.control.user()
    await school.authorize(user)
    body = await school.order(openid=school.openid(user))
    has((await school.post(ORDERS, body)).json, CREATED | {"state_description": TEXT})
    number = body["out_order_no"]
    has(await school.query(number), IN_SERVICE)
    has(await school.complete(number), COMPLETED | {"state_description": TEXT})
    waiting = await school.query(number)
    has(waiting, IN_SERVICE | COMPLETED | {"collection": DICT})
    has(waiting["collection"], COLLECTION)
    await school.control.advance(5)
    paid = await school.query(number)
    has(paid, CREATED | COMPLETED | {"openid": TEXT})
    has(paid["collection"], COLLECTION | {"details": LIST})
    has(paid["collection"]["details"][0], DETAIL)
    other = (await school.open_order(user))["out_order_no"]
    names = school.names(reason="停课")
    has((await school.post(f"{ORDERS}/{other}/cancel", names)).json, NUMBERS)
    has(await school.query(other), CREATED)


async def test_an_order_that_waits_for_its_user(school: School) -> None:
    body = await school.need_confirm_order()
    plain = (await school.post(ORDERS, body)).json
    has(plain, CREATED | {"package": TEXT})
    has(await school.query(body["out_order_no"], school.need_confirm), CREATED)
    await school.control.advance(31 * 86400)
    has(await school.query(body["out_order_no"], school.need_confirm), CREATED)


async def test_an_authorization_in_each_of_its_states(school: School) -> None:
    body = school.permission()
    has((await school.post(PERMISSIONS, body)).json, {"apply_permissions_token": TEXT})
    tail = f"{body['authorization_code']}?service_id={school.no_confirm}"
    by_code = f"{PERMISSIONS}/authorization-code/{tail}"
    asked = PERMISSION | {"authorization_code": TEXT}
    has((await school.pay.call("GET", by_code)).json, asked)
    user = await school.control.user()
    await school.authorize(user, **body)
    granted = asked | {"openid": TEXT, "authorization_success_time": TEXT}
    has((await school.pay.call("GET", by_code)).json, granted)
    path = f"/_sim/users/{user['user_id']}/close-service"
    await school.control.post(path, {"service_id": school.no_confirm})
    ended = granted | {"cancel_authorization_time": TEXT}
    has((await school.pay.call("GET", by_code)).json, ended)


async def test_a_plan_and_its_signature(school: School) -> None:
    course = Course(school, await school.control.user(), [(200, 150), (200, 100)])
    plan = (await school.post(PLANS, course.plan_body())).json
    has(plan, PLAN)
    for detail in plan["plan_detail_list"]:
        has(detail, {"plan_detail_no": INT, "plan_detail_name": TEXT, "actual_price": INT})
    answer = await course.prepare()
    has(answer, {"sign_plan": DICT, "package": TEXT})
    has(answer["sign_plan"], SIGN_PLAN)
    await course.sign()
    has(course.signed, SIGN_PLAN | {"sign_time": TEXT})
    for detail in course.signed["signed_detail_list"]:
        has(detail, SIGNED_DETAIL)
    order = await course.begin(1)
    has(order, CREATED | {"state_description": TEXT})


async def test_an_envelope(school: School) -> None:
    await school.authorize(await school.control.user())
    envelope = school.receiver.arrivals[0].envelope
    has(envelope, ENVELOPE)
    has(envelope["resource"], RESOURCE | {"associated_data": TEXT})
    assert envelope["create_time"].endswith("+08:00")


async def test_a_refusal(school: School) -> None:
    wire = await school.pay.call("POST", ORDERS, {"service_id": 1, "appid": school.appid})
    has(wire.json, {"code": TEXT, "message": TEXT, "detail": DICT})
    assert "“/body/service_id”" in wire.json["message"]
    assert wire.json["detail"] == {"location": "body", "value": 1}
    assert wire.headers["Request-ID"].rpartition("-")[0]
