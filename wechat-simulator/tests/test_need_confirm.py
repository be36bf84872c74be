"""Orders that the user confirms: package, page, windows, expiry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from school import ORDERS

if TYPE_CHECKING:
    from school import School


async def created(school: School, **changes: Any) -> tuple[str, Any]:
    body = await school.need_confirm_order(**changes)
    plain = (await school.post(ORDERS, body)).json
    return body["out_order_no"], plain


async def confirm(school: School, user: Any, package: str, **more: Any) -> tuple[int, Any]:
    body = {"businessType": "wxpayScoreUse", "extraData": {"package": package}, **more}
    return await school.control.call("POST", f"/_sim/users/{user['user_id']}/view", body)


async def test_an_order_is_created_confirmed_and_announced(school: School) -> None:
    number, plain = await created(school)
    assert plain["state"] == "CREATED"
    assert "state_description" not in plain
    user = await school.control.user()
    shown = await school.view(user, "wxpayScoreUse", {"package": plain["package"]})
    assert shown["result"] == "accepted"
    await school.settle()
    assert school.receiver.events() == ["PAYSCORE.USER_CONFIRM"]
    told = school.receiver.plain()
    assert (told["state"], told["state_description"]) == ("DOING", "USER_CONFIRM")
    assert told["openid"] == school.openid(user)
    assert told == await school.query(number, school.need_confirm)
    query_id = shown["returned"]["extraData"]["query_id"]
    query = f"service_id={school.need_confirm}&appid={school.appid}&query_id={query_id}"
    assert (await school.pay.call("GET", f"{ORDERS}?{query}")).json == told


async def test_the_start_may_be_the_confirmation(school: School) -> None:
    number, plain = await created(school, time_range={"start_time": "OnAccept"})
    user = await school.control.user()
    await school.control.advance(100)
    await school.view(user, "wxpayScoreUse", {"package": plain["package"]})
    await school.control.advance(10)
    early = await school.completion(
        service_id=school.need_confirm, time_range={"end_time": await school.digits(-11)}
    )
    await school.refused(f"{ORDERS}/{number}/complete", early, 400, "PARAM_ERROR", 271316637)
    await school.complete(number, service_id=school.need_confirm)


async def test_an_unconfirmed_order_cannot_be_completed_but_cancelled(school: School) -> None:
    number, plain = await created(school)
    body = await school.completion(service_id=school.need_confirm)
    path = f"{ORDERS}/{number}"
    await school.refused(f"{path}/complete", body, 400, "INVALID_REQUEST", 271302332)
    names = school.names(service_id=school.need_confirm, reason="停课")
    await school.post(f"{path}/cancel", names)
    user = await school.control.user()
    _, shown = await confirm(school, user, plain["package"])
    assert shown["result"] == "declined"


async def test_a_package_opens_for_an_hour_and_create_gives_a_new_one(school: School) -> None:
    body = await school.need_confirm_order()
    old = (await school.post(ORDERS, body)).json["package"]
    user = await school.control.user()
    await school.control.advance(3601)
    status, answer = await confirm(school, user, old)
    assert (status, answer["errcode"]) == (400, 4186)
    new = (await school.post(ORDERS, body)).json["package"]
    assert new != old
    assert (await confirm(school, user, new))[1]["result"] == "accepted"


async def test_an_opened_page_leaves_two_hours_to_confirm(school: School) -> None:
    user = await school.control.user()
    for wait, accepted in ((7199, True), (7201, False)):
        _, plain = await created(school)
        opened = await confirm(school, user, plain["package"], decision="open")
        assert opened[1]["result"] == "opened"
        await school.control.advance(wait)
        status, answer = await confirm(school, user, plain["package"])
        assert (status == 200) is accepted, answer


async def test_a_package_serves_once_where_the_switch_says_so(school: School) -> None:
    await school.control.post("/_sim/switches", {"package_single_use": True})
    _, plain = await created(school)
    user = await school.control.user()
    assert (await confirm(school, user, plain["package"], decision="refuse"))[0] == 200
    status, answer = await confirm(school, user, plain["package"])
    assert (status, answer["errcode"]) == (400, 4186)


@pytest.mark.parametrize("wishes", [{"score": 599}, {"youth_mode": True}])
async def test_wechat_declines_on_the_page_and_the_merchant_learns_nothing(
    school: School, wishes: dict[str, Any]
) -> None:
    number, plain = await created(school)
    user = await school.control.user(**wishes)
    shown = await school.view(user, "wxpayScoreUse", {"package": plain["package"]})
    assert shown["result"] == "declined"
    assert shown["reason"]
    await school.settle()
    assert school.receiver.arrivals == []
    assert (await school.query(number, school.need_confirm))["state"] == "CREATED"


async def test_an_unconfirmed_order_expires_after_thirty_days(school: School) -> None:
    number, _ = await created(school)
    await school.control.advance(30 * 86400 - 1)
    assert (await school.query(number, school.need_confirm))["state"] == "CREATED"
    await school.control.advance(1)
    assert (await school.query(number, school.need_confirm))["state"] == "EXPIRED"
    names = school.names(service_id=school.need_confirm, reason="停课")
    await school.refused(f"{ORDERS}/{number}/cancel", names, 400, "INVALID_ORDER_STATE")


async def test_a_need_confirm_order_names_no_user(school: School) -> None:
    user = await school.control.user()
    body = await school.need_confirm_order(openid=school.openid(user))
    await school.refused(ORDERS, body, 400, "PARAM_ERROR")


async def test_a_deposit_service_caps_the_amount_at_the_risk_fund(school: School) -> None:
    wish = {"mchid": "1900000001", "kind": "need_confirm", "risk_family": "deposit_waived"}
    service = (await school.control.post("/_sim/services", wish))["service_id"]
    fund = {"name": "DEPOSIT", "amount": 5000}
    body = await school.need_confirm_order(service_id=service, risk_fund=fund)
    package = (await school.post(ORDERS, body)).json["package"]
    user = await school.control.user()
    await school.view(user, "wxpayScoreUse", {"package": package})
    await school.control.advance(60)
    path = f"{ORDERS}/{body['out_order_no']}/complete"
    over = await school.completion(5001, service_id=service)
    await school.refused(path, over, 400, "INVALID_REQUEST", 271316656)
    await school.post(path, await school.completion(5000, service_id=service))
