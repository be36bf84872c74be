"""Authorization: apply, the page, query, terminate, close; and who may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from school import ORDERS, PERMISSIONS

if TYPE_CHECKING:
    from school import School


async def state_by_code(school: School, code: str) -> Any:
    url = f"{PERMISSIONS}/authorization-code/{code}?service_id={school.no_confirm}"
    return await school.pay.call("GET", url)


async def state_by_openid(school: School, user: Any) -> Any:
    query = f"service_id={school.no_confirm}&appid={school.appid}"
    return await school.pay.call("GET", f"{PERMISSIONS}/openid/{school.openid(user)}?{query}")


async def test_a_code_is_unbound_until_a_user_accepts(school: School) -> None:
    body = school.permission()
    answer = await school.post(PERMISSIONS, body)
    assert list(answer.json) == ["apply_permissions_token"]
    before = (await state_by_code(school, body["authorization_code"])).json
    assert before == body | {"mchid": "1900000001", "authorization_state": "UNBINDUSER"}
    user = await school.control.user()
    shown = await school.view(user, "wxpayScoreEnable", answer.json)
    assert shown == {
        "result": "accepted",
        "returned": {"appId": "wxd8f3793ea3b935b8", "extraData": {}},
    }
    after = (await state_by_code(school, body["authorization_code"])).json
    assert after["authorization_state"] == "AVAILABLE"
    assert after["openid"] == school.openid(user)
    assert after["authorization_success_time"].endswith("+08:00")
    assert "cancel_authorization_time" not in after


async def test_the_merchant_is_told_that_the_service_was_opened(school: School) -> None:
    user = await school.control.user()
    code = await school.authorize(user)
    assert school.receiver.events() == ["PAYSCORE.USER_OPEN_SERVICE"]
    plain = school.receiver.plain()
    assert plain.pop("openorclose_time") == await school.digits()
    assert plain == {
        "appid": school.appid,
        "mchid": "1900000001",
        "service_id": school.no_confirm,
        "openid": school.openid(user),
        "user_service_status": "USER_OPEN_SERVICE",
        "authorization_code": code,
    }


async def test_a_refusing_user_leaves_no_trace(school: School) -> None:
    body = school.permission()
    token = (await school.post(PERMISSIONS, body)).json
    user = await school.control.user()
    shown = await school.view(user, "wxpayScoreEnable", token, decision="refuse")
    assert shown["result"] == "refused"
    await school.settle()
    assert school.receiver.arrivals == []
    assert (await state_by_openid(school, user)).status == 404


async def test_who_never_authorised_is_not_found(school: School) -> None:
    user = await school.control.user()
    wire = await state_by_openid(school, user)
    assert (wire.status, wire.json["code"]) == (404, "ORDER_NOT_EXIST")
    assert wire.json["message"] == "请求操作的授权记录不存在"
    assert wire.numeric == 271317510
    assert (await state_by_code(school, "NO-SUCH-CODE")).status == 404


async def test_applying_again_gives_a_new_token_unless_something_changed(school: School) -> None:
    body = school.permission()
    first = (await school.post(PERMISSIONS, body)).json
    assert (await school.post(PERMISSIONS, body)).json != first
    changed = body | {"notify_url": "https://edu.example.com/other"}
    await school.refused(PERMISSIONS, changed, 400, "PARAM_ERROR", 271316598)


async def test_the_page_refuses_what_it_cannot_open(school: School) -> None:
    token = (await school.post(PERMISSIONS, school.permission())).json
    user = await school.control.user()
    path = f"/_sim/users/{user['user_id']}/view"
    base = {"businessType": "wxpayScoreEnable", "extraData": token}
    for change, errcode in (
        ({"extraData": {}}, 4185),
        ({"extraData": {"apply_permissions_token": "made up"}}, 4186),
        ({"appid": "wx5c0de00000000002"}, 4108),
        ({"businessType": "wxpayScoreUse", "extraData": {"package": "made up"}}, 4186),
    ):
        status, answer = await school.control.call("POST", path, base | change)
        assert (status, answer["errcode"]) == (400, errcode)
    await school.control.advance(3601)
    status, answer = await school.control.call("POST", path, base)
    assert (status, answer["errcode"]) == (400, 4186)


async def test_a_code_serves_one_user_only(school: School) -> None:
    first, second = await school.control.user(), await school.control.user()
    body = school.permission()
    await school.authorize(first, **body)
    token = (await school.post(PERMISSIONS, body)).json
    shown = await school.view(second, "wxpayScoreEnable", token)
    assert shown["result"] == "declined"


async def test_terminating_ends_the_authorization(school: School) -> None:
    user = await school.control.user()
    code = await school.authorize(user)
    wish = {"service_id": school.no_confirm, "reason": "学员退课"}
    path = f"{PERMISSIONS}/authorization-code/{code}/terminate"
    wire = await school.post(path, wish, 204)
    assert wire.raw == b""
    state = (await state_by_openid(school, user)).json
    assert state["authorization_state"] == "UNAVAILABLE"
    assert state["cancel_authorization_time"] >= state["authorization_success_time"]
    await school.refused(path, wish, 400, "INVALID_REQUEST")
    await school.settle()
    assert school.receiver.events() == ["PAYSCORE.USER_OPEN_SERVICE"]


async def test_terminating_by_openid_waits_for_unfinished_orders(school: School) -> None:
    user = await school.control.user()
    await school.authorize(user)
    order = await school.open_order(user)
    path = f"{PERMISSIONS}/openid/{school.openid(user)}/terminate"
    wish = school.names(reason="学员退课")
    wire = await school.refused(path, wish, 400, "INVALID_REQUEST")
    assert wire.json["message"] == "存在未完成订单"
    await school.post(f"{ORDERS}/{order['out_order_no']}/cancel", school.names(reason="停课"))
    await school.post(path, wish, 204)


async def test_an_old_code_cannot_end_the_authorization_made_with_a_new_one(
    school: School,
) -> None:
    user = await school.control.user()
    old = await school.authorize(user)
    wish = {"service_id": school.no_confirm, "reason": "换协议"}
    await school.post(f"{PERMISSIONS}/authorization-code/{old}/terminate", wish, 204)
    await school.authorize(user)
    path = f"{PERMISSIONS}/authorization-code/{old}/terminate"
    wire = await school.refused(path, wish, 400, "INVALID_REQUEST")
    assert wire.json["message"] == "商户解除授权的授权码不是这个用户签约的授权"


async def test_a_user_closes_the_service_and_open_orders_still_deduct(school: School) -> None:
    user = await school.control.user()
    await school.authorize(user)
    order = await school.open_order(user)
    path = f"/_sim/users/{user['user_id']}/close-service"
    await school.control.post(path, {"service_id": school.no_confirm})
    await school.settle()
    assert school.receiver.events()[-1] == "PAYSCORE.USER_CLOSE_SERVICE"
    assert school.receiver.plain()["user_service_status"] == "USER_CLOSE_SERVICE"
    state = (await state_by_openid(school, user)).json
    assert state["authorization_state"] == "UNAVAILABLE"
    refused = await school.order(openid=school.openid(user))
    await school.refused(ORDERS, refused, 403, "NO_AUTH")
    await school.complete(order["out_order_no"])
    await school.control.advance(5)
    assert (await school.query(order["out_order_no"]))["state"] == "DONE"
    assert (await school.control.call("POST", path, {"service_id": "1"}))[0] == 400


@pytest.mark.parametrize(
    ("change", "status", "code", "numeric"),
    [
        ({"service_id": "0" * 32}, 403, "NO_AUTH", 268503786),
        ({"appid": "wx0000000000000000"}, 403, "NO_AUTH", 271302149),
        ({"authorization_code": "含汉字"}, 400, "PARAM_ERROR", 268435464),
        ({"authorization_code": "x" * 33}, 400, "PARAM_ERROR", 268435464),
        ({"authorization_code": None}, 400, "PARAM_ERROR", 268435464),
        ({"notify_url": "http://edu.example.com/x"}, 400, "PARAM_ERROR", 268435464),
        ({"notify_url": "https://edu.example.com/x?a=1"}, 400, "PARAM_ERROR", 268435464),
    ],
)
async def test_bad_applications_are_refused(
    school: School, change: dict[str, Any], status: int, code: str, numeric: int
) -> None:
    body = school.permission(**change)
    await school.refused(PERMISSIONS, body, status, code, numeric)


async def test_authorization_belongs_to_services_of_that_kind(school: School) -> None:
    body = school.permission(service_id=school.need_confirm)
    await school.refused(PERMISSIONS, body, 403, "NO_AUTH")


async def test_a_risk_class_is_told_only_where_the_switch_says_so(school: School) -> None:
    user = await school.control.user(score=760)
    await school.authorize(user)
    assert "user_risk_level" not in (await state_by_openid(school, user)).json
    await school.control.post("/_sim/switches", {"show_risk_level": True})
    for score, level in ((760, 1), (650, 2), (649, 3), (599, 4)):
        await school.control.post(f"/_sim/users/{user['user_id']}", {"score": score})
        assert (await state_by_openid(school, user)).json["user_risk_level"] == level
