"""Orders that wait for their money: modify, pay, sync; messages and the detail page."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

import pytest

from school import ORDERS, PERMISSIONS

if TYPE_CHECKING:
    from school import School


@pytest.fixture
async def poor(school: School) -> Any:
    user = await school.control.user(balance_fen=5000)
    await school.authorize(user)
    school.receiver.arrivals.clear()
    return user


async def waiting_order(school: School, user: Any) -> str:
    number = str((await school.open_order(user))["out_order_no"])
    await school.complete(number)
    await school.control.advance(5)
    return number


def lower(school: School, amount: int, **changes: Any) -> dict[str, Any]:
    return school.names(
        post_payments=[{"name": "课时费", "amount": amount}],
        total_amount=amount,
        reason="只上了一半",
        **changes,
    )


async def test_what_is_owed_is_lowered_again_and_again_but_never_raised(
    school: School, poor: Any
) -> None:
    number = await waiting_order(school, poor)
    path = f"{ORDERS}/{number}/modify"
    plain = (await school.post(path, lower(school, 8000))).json
    assert (plain["total_amount"], plain["collection"]["paying_amount"]) == (8000, 8000)
    assert plain["collection"]["state"] == "USER_PAYING"
    await school.refused(path, lower(school, 8000), 400, "INVALID_REQUEST")
    await school.refused(path, lower(school, 9000), 400, "INVALID_REQUEST")
    await school.refused(path, lower(school, 0), 400, "INVALID_REQUEST")
    await school.refused(path, lower(school, 10) | {"reason": "长" * 51}, 400, "PARAM_ERROR")
    await school.refused(path, lower(school, 10) | {"total_amount": 11}, 400, "PARAM_ERROR")
    await school.post(path, lower(school, 4000))
    await school.control.advance(6 * 3600)
    assert (await school.query(number))["collection"]["paid_amount"] == 4000
    await school.refused(path, lower(school, 1), 400, "ORDER_DONE")


async def test_lowering_to_nothing_ends_the_order_where_the_switch_allows(
    school: School, poor: Any
) -> None:
    await school.control.post("/_sim/switches", {"modify_to_zero": "allow"})
    number = await waiting_order(school, poor)
    plain = (await school.post(f"{ORDERS}/{number}/modify", lower(school, 0))).json
    assert (plain["state"], plain["need_collection"]) == ("DONE", False)
    await school.control.advance(24 * 3600)
    assert await school.entries() == []


async def test_only_a_waiting_order_is_modified_paid_or_synced(school: School, poor: Any) -> None:
    number = str((await school.open_order(poor))["out_order_no"])
    await school.refused(
        f"{ORDERS}/{number}/modify", lower(school, 1), 400, "INVALID_REQUEST", 271316657
    )
    await school.refused(
        f"{ORDERS}/{number}/pay", school.names(), 400, "INVALID_REQUEST", 271316657
    )
    detail = {"paid_time": await school.digits()}
    wish = school.names(type="Order_Paid", detail=detail)
    await school.refused(f"{ORDERS}/{number}/sync", wish, 400, "INVALID_REQUEST")


async def test_pressing_for_payment_fails_while_the_purse_is_empty(
    school: School, poor: Any
) -> None:
    number = await waiting_order(school, poor)
    path = f"{ORDERS}/{number}/pay"
    wire = await school.refused(path, school.names(), 403, "TRADE_ERROR", 271316574)
    assert wire.json["message"] == "扣款失败"
    await school.refused(path, school.names(), 429, "FREQUENCY_LIMITED", 268435472)
    await school.control.post(f"/_sim/users/{poor['user_id']}/top-up", {"amount_fen": 5000})
    await school.control.advance(1)
    answer = (await school.post(path, school.names())).json
    assert answer["out_order_no"] == number
    await school.settle()
    assert school.receiver.events() == ["PAYSCORE.USER_PAID"]
    await school.control.advance(24 * 3600)
    assert len(await school.entries()) == 1


async def test_a_synced_order_is_done_without_a_deduction(school: School, poor: Any) -> None:
    number = await waiting_order(school, poor)
    path = f"{ORDERS}/{number}/sync"
    wish = school.names(type="Order_Paid", detail={"paid_time": await school.digits(-2)})
    plain = (await school.post(path, wish)).json
    assert (plain["state"], plain["collection"]["state"]) == ("DONE", "USER_PAID")
    detail = plain["collection"]["details"][0]
    assert (detail["paid_type"], detail["paid_time"]) == ("MCH", wish["detail"]["paid_time"])
    assert (await school.post(path, wish)).json == plain
    await school.control.advance(24 * 3600)
    entries = await school.entries()
    assert [(e["kind"], e["amount_fen"]) for e in entries] == [("sync", 9900)]
    balances = (await school.control.get("/_sim/ledger"))["balances"]
    assert balances[poor["user_id"]] == 5000
    assert school.receiver.arrivals == []


async def test_a_bad_sync_is_refused(school: School, poor: Any) -> None:
    number = await waiting_order(school, poor)
    path = f"{ORDERS}/{number}/sync"
    now, later = await school.digits(), await school.digits(60)
    for change in (
        {"type": "Order_Closed", "detail": {"paid_time": now}},
        {"type": "Order_Paid"},
        {"type": "Order_Paid", "detail": {"paid_time": later}},
        {"type": "Order_Paid", "detail": {"paid_time": "yesterday"}},
    ):
        await school.refused(path, school.names() | change, 400, "PARAM_ERROR")


async def test_nothing_changes_while_a_deduction_is_in_flight(school: School, poor: Any) -> None:
    await school.control.post("/_sim/switches", {"in_flight_s": 60})
    number = await waiting_order(school, poor)
    await school.refused(
        f"{ORDERS}/{number}/modify", lower(school, 1), 400, "INVALID_REQUEST", 271316754
    )
    wish = school.names(type="Order_Paid", detail={"paid_time": await school.digits(-2)})
    wire = await school.refused(f"{ORDERS}/{number}/sync", wish, 400, "INVALID_REQUEST", 271316754)
    assert wire.json["message"] == "收款结果不明，请稍后重试"
    path = f"/_sim/users/{poor['user_id']}/pay"
    assert (await school.control.call("POST", path, {"out_order_no": number}))[0] == 409
    await school.control.advance(60)
    await school.post(f"{ORDERS}/{number}/modify", lower(school, 1))


@pytest.mark.parametrize("kind", ["send-pendingmessage", "send-prepaidmessage"])
async def test_each_message_is_sent_once_per_order(school: School, poor: Any, kind: str) -> None:
    number = str((await school.open_order(poor))["out_order_no"])
    wish = {
        "service_id": school.no_confirm,
        "post_payments": [{"name": "课时费", "amount": 9900}],
        "total_amount": 9900,
        "prepaid_time": (await school.digits(86400))[:8],
    }
    path = f"{ORDERS}/{number}/{kind}"
    await school.refused(path, wish | {"prepaid_time": "tomorrow"}, 400, "PARAM_ERROR")
    await school.refused(path, wish | {"total_amount": 1}, 400, "PARAM_ERROR")
    await school.post(path, wish, 204)
    await school.refused(path, wish, 400, "INVALID_REQUEST")


async def test_direct_completion_needs_its_permission(school: School, poor: Any) -> None:
    body = await direct(school, poor, school.no_confirm)
    await school.refused(f"{ORDERS}/direct-complete", body, 403, "NO_AUTH")


async def direct(school: School, user: Any, service_id: str, **changes: Any) -> dict[str, Any]:
    times = {"start_time": await school.digits(-60), "end_time": await school.digits(-1)}
    body: dict[str, Any] = {
        "out_order_no": school.number(),
        "appid": school.appid,
        "service_id": service_id,
        "openid": school.openid(user),
        "service_introduction": "体育课",
        "post_payments": [{"name": "课时费", "amount": 3000}],
        "total_amount": 3000,
        "time_range": times,
        "notify_url": school.receiver.url,
    }
    return body | changes


async def test_direct_completion_charges_what_is_over(school: School, poor: Any) -> None:
    wish = {"mchid": "1900000001", "kind": "no_confirm", "direct_complete": True}
    service = (await school.control.post("/_sim/services", wish))["service_id"]
    path = f"{ORDERS}/direct-complete"
    body = await direct(school, poor, service)
    await school.refused(path, body, 403, "NO_AUTH")
    await school.authorize(poor, service_id=service)
    future = body | {"time_range": body["time_range"] | {"end_time": await school.digits(5)}}
    await school.refused(path, future, 400, "PARAM_ERROR")
    plain = (await school.post(path, body)).json
    assert (plain["state"], plain["state_description"]) == ("DOING", "MCH_COMPLETE")
    assert (await school.post(path, body)).json == plain
    await school.refused(path, body | {"attach": "x"}, 400, "PARAM_ERROR", 271316598)
    await school.control.advance(5)
    paid = await school.query(body["out_order_no"], service)
    assert (paid["state"], paid["collection"]["paid_amount"]) == ("DONE", 3000)


def detail_jump(school: School, number: str, **changes: str) -> dict[str, str]:
    fields = {
        "mch_id": "1900000001",
        "service_id": school.no_confirm,
        "out_order_no": number,
        "timestamp": "1700000000",
        "nonce_str": "zyx987",
        "sign_type": "HMAC-SHA256",
    } | changes
    key = school.pay.merchant["api_v2_key"]
    text = "&".join(f"{k}={v}" for k, v in sorted(fields.items())) + f"&key={key}"
    sign = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().upper()
    return {"sign": sign, **fields}


async def test_the_detail_page_shows_the_order_to_its_user(school: School, poor: Any) -> None:
    number = str((await school.open_order(poor))["out_order_no"])
    shown = await school.view(poor, "wxpayScoreDetail", detail_jump(school, number))
    assert shown["shown"]["out_order_no"] == number
    assert shown["returned"]["extraData"]["query_id"]
    stranger = await school.control.user()
    shown = await school.view(stranger, "wxpayScoreDetail", detail_jump(school, number))
    assert shown["result"] == "declined"


async def test_the_detail_page_refuses_a_wrong_jump(school: School, poor: Any) -> None:
    number = str((await school.open_order(poor))["out_order_no"])
    good = detail_jump(school, number)
    path = f"/_sim/users/{poor['user_id']}/view"
    cases: tuple[tuple[dict[str, Any], int], ...] = (
        (good | {"sign": "0" * 64}, 4186),
        (good | {"sign": ""}, 4185),
        (good | {"timestamp": 1700000000}, 4186),
        (detail_jump(school, number, timestamp="1700000000000"), 4186),
        (detail_jump(school, number, mch_id="1900000999"), 4188),
        (detail_jump(school, number, service_id="1"), 4189),
        (detail_jump(school, "no such order"), 4190),
        (detail_jump(school, "NO-SUCH-ORDER"), 3961),
    )
    for extra, errcode in cases:
        body = {"businessType": "wxpayScoreDetail", "extraData": extra}
        status, answer = await school.control.call("POST", path, body)
        assert (status, answer["errcode"]) == (400, errcode)


async def test_notices_after_terminate_and_sync_and_zero_follow_their_switches(
    school: School, poor: Any
) -> None:
    switches = ("close_notice_after_terminate", "sync_paid_notice", "zero_amount_paid_notice")
    await school.control.post("/_sim/switches", dict.fromkeys(switches, True))
    number = await waiting_order(school, poor)
    wish = school.names(type="Order_Paid", detail={"paid_time": await school.digits(-2)})
    await school.post(f"{ORDERS}/{number}/sync", wish)
    free = str((await school.open_order(poor))["out_order_no"])
    await school.complete(free, 0)
    path = f"{PERMISSIONS}/openid/{school.openid(poor)}/terminate"
    await school.post(path, school.names(reason="停课"), 204)
    await school.settle()
    paid, closed = "PAYSCORE.USER_PAID", "PAYSCORE.USER_CLOSE_SERVICE"
    assert school.receiver.events() == [paid, paid, closed]
