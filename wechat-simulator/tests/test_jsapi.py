"""JSAPI orders: placing, re-entry, the cashier, queries, closing and expiry."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shop import JSAPI, NUMBER

if TYPE_CHECKING:
    from receiver import Receiver
    from shop import Shop

DAY = 86400


async def test_an_order_is_placed_paid_and_told(shop: Shop, receiver: Receiver) -> None:
    user = await shop.user(balance_fen=10_000)
    prepay_id = await shop.place(user)
    assert prepay_id.startswith("wx20")
    assert len(prepay_id) == 36
    before = (await shop.query()).json
    assert (before["trade_state"], before["amount"]["total"]) == ("NOTPAY", 9900)
    assert "transaction_id" not in before
    status, outcome = await shop.phone(user, await shop.sheet(prepay_id))
    assert (status, outcome["errMsg"]) == (200, "requestPayment:ok")
    await shop.control.advance(0)
    assert receiver.events() == ["TRANSACTION.SUCCESS"]
    assert receiver.arrivals[0].envelope["resource"]["original_type"] == "transaction"
    told = receiver.plain()
    assert told["amount"] == {
        "total": 9900,
        "payer_total": 9900,
        "currency": "CNY",
        "payer_currency": "CNY",
    }
    assert told["payer"] == {"openid": user["openid"]}
    assert (told["trade_type"], told["trade_state"], told["attach"]) == (
        "JSAPI",
        "SUCCESS",
        "course=42",
    )
    assert told["success_time"].endswith("+08:00")
    paid = (await shop.query()).json
    assert told.items() <= paid.items()
    assert await shop.balance(user) == 100
    entry = (await shop.entries())[0]
    assert (entry["kind"], entry["trade_type"], entry["amount_fen"]) == ("payment", "JSAPI", 9900)
    assert entry["transaction_id"] == told["transaction_id"]
    assert len(told["transaction_id"]) == 28


async def test_a_payment_is_found_by_wechats_number(shop: Shop) -> None:
    user = await shop.user()
    number = await shop.buy(user)
    path = f"/v3/pay/transactions/id/{number}?mchid={shop.mchid}"
    wire = await shop.pay.call("GET", path)
    assert (wire.status, wire.json["out_trade_no"]) == (200, "PRE-000001")
    wire = await shop.pay.call("GET", path.replace(number, "4" * 28))
    assert (wire.status, wire.json["code"], wire.numeric) == (404, "ORDER_NOT_EXIST", 271317510)


async def test_the_same_order_again_is_the_same_and_a_changed_one_is_refused(shop: Shop) -> None:
    user = await shop.user()
    first = await shop.place(user)
    assert await shop.place(user) == first
    await shop.control.advance(7200)
    second = await shop.place(user)
    assert second != first
    changed = shop.order(user, description="别的课")
    wire = await shop.pay.call("POST", JSAPI, changed)
    assert (wire.status, wire.json["code"], wire.numeric) == (400, "INVALID_REQUEST", 268498688)


@pytest.mark.parametrize(("switch", "status"), [("OUT_TRADE_NO_USED", 403), ("ORDERPAID", 400)])
async def test_a_paid_number_cannot_be_ordered_again(shop: Shop, switch: str, status: int) -> None:
    user = await shop.user()
    await shop.buy(user)
    await shop.control.post("/_sim/switches", {"paid_number_code": switch})
    wire = await shop.pay.call("POST", JSAPI, shop.order(user))
    assert (wire.status, wire.json["code"]) == (status, switch)


BAD_ORDERS: list[tuple[dict[str, Any], int, str]] = [
    ({"out_trade_no": "short"}, 400, "PARAM_ERROR"),
    ({"out_trade_no": "x" * 33}, 400, "PARAM_ERROR"),
    ({"out_trade_no": "bad number"}, 400, "PARAM_ERROR"),
    ({"description": "课" * 128}, 400, "PARAM_ERROR"),
    ({"description": "课程😀"}, 400, "PARAM_ERROR"),
    ({"description": None}, 400, "PARAM_ERROR"),
    ({"attach": "a" * 129}, 400, "PARAM_ERROR"),
    ({"notify_url": "http://example.com/n"}, 400, "PARAM_ERROR"),
    ({"notify_url": "https://example.com/n?a=1"}, 400, "PARAM_ERROR"),
    ({"notify_url": None}, 400, "PARAM_ERROR"),
    ({"amount": {"total": 0}}, 400, "PARAM_ERROR"),
    ({"amount": {"total": "100"}}, 400, "PARAM_ERROR"),
    ({"amount": {"total": 1.5}}, 400, "PARAM_ERROR"),
    ({"amount": {"total": 1, "currency": "USD"}}, 400, "PARAM_ERROR"),
    ({"amount": None}, 400, "PARAM_ERROR"),
    ({"payer": {"openid": "oNobody"}}, 400, "PARAM_ERROR"),
    ({"payer": {}}, 400, "PARAM_ERROR"),
    ({"mchid": "1900000002"}, 400, "PARAM_ERROR"),
    ({"appid": "wx0000000000000000"}, 400, "APPID_MCHID_NOT_MATCH"),
    ({"time_expire": "2020-01-01T00:00:00+08:00"}, 400, "PARAM_ERROR"),
    ({"time_expire": "20300101000000"}, 400, "PARAM_ERROR"),
    ({"scene_info": {}}, 400, "PARAM_ERROR"),
    ({"scene_info": {"payer_client_ip": "::1", "store_info": {}}}, 400, "PARAM_ERROR"),
    ({"scene_info": {"payer_client_ip": "::1", "store_info": "S1"}}, 400, "PARAM_ERROR"),
    (
        {"scene_info": {"payer_client_ip": "::1", "store_info": {"id": "S1", "name": 7}}},
        400,
        "PARAM_ERROR",
    ),
    ({"detail": {"goods_detail": [{"merchant_goods_id": "g"}]}}, 400, "PARAM_ERROR"),
    ({"settle_info": {"profit_sharing": "yes"}}, 400, "PARAM_ERROR"),
]


@pytest.mark.parametrize(("change", "status", "code"), BAD_ORDERS)
async def test_an_order_that_breaks_a_rule_is_refused(
    shop: Shop, change: dict[str, Any], status: int, code: str
) -> None:
    user = await shop.user()
    wire = await shop.pay.call("POST", JSAPI, shop.order(user, **change))
    assert (wire.status, wire.json["code"]) == (status, code)
    assert (await shop.query()).status == 404


async def test_an_openid_of_another_app_is_invalid(shop: Shop) -> None:
    user = await shop.user()
    other = next(o for appid, o in user["openids"].items() if appid != shop.pay.appid)
    wire = await shop.pay.call("POST", JSAPI, shop.order(user, payer={"openid": other}))
    assert (wire.status, wire.json["detail"]["value"]) == (400, other)
    assert wire.json["message"].startswith("参数错误: /payer/openid ")


async def test_who_turns_away_or_is_short_of_money_does_not_pay(
    shop: Shop, receiver: Receiver
) -> None:
    user = await shop.user(balance_fen=9899)
    prepay_id = await shop.place(user)
    _, outcome = await shop.phone(user, {**await shop.sheet(prepay_id), "decision": "refuse"})
    assert outcome == {"result": "refused", "errMsg": "requestPayment:fail cancel"}
    _, outcome = await shop.phone(user, await shop.sheet(prepay_id))
    assert (outcome["result"], outcome["reason"]) == ("declined", "余额不足")
    await shop.control.post(f"/_sim/users/{user['user_id']}/top-up", {"amount_fen": 1})
    _, outcome = await shop.phone(user, await shop.sheet(prepay_id))
    assert outcome["result"] == "paid"
    _, outcome = await shop.phone(user, await shop.sheet(prepay_id))
    assert (outcome["result"], outcome["reason"]) == ("declined", "该订单已支付")
    await shop.control.advance(0)
    assert receiver.events() == ["TRANSACTION.SUCCESS"]
    assert await shop.balance(user) == 0


async def test_only_the_named_payer_may_pay(shop: Shop) -> None:
    payer, other = await shop.user(), await shop.user()
    sheet = await shop.sheet(await shop.place(payer))
    _, outcome = await shop.phone(other, sheet)
    assert outcome["result"] == "declined"
    assert "不一致" in outcome["reason"]


@pytest.mark.parametrize(
    "change",
    [
        {"paySign": "AAAA"},
        {"nonceStr": "another"},
        {"timeStamp": "1"},
        {"timeStamp": 1700000000},
        {"package": "prepay_id=wx123"},
        {"package": ""},
        {"signType": "MD5"},
        {"appid": "wx5c0de00000000002"},
    ],
)
async def test_a_wrongly_made_cashier_call_is_an_error(shop: Shop, change: dict[str, Any]) -> None:
    user = await shop.user()
    sheet = await shop.sheet(await shop.place(user))
    status, outcome = await shop.phone(user, {**sheet, **change})
    assert status == 400
    assert outcome["errmsg"].startswith("requestPayment:fail")
    assert await shop.entries() == []


async def test_a_prepay_id_lives_two_hours(shop: Shop) -> None:
    user = await shop.user()
    prepay_id = await shop.place(user)
    await shop.control.advance(7200)
    status, _ = await shop.phone(user, await shop.sheet(prepay_id))
    assert status == 400
    status, outcome = await shop.phone(user, await shop.sheet(await shop.place(user)))
    assert outcome["result"] == "paid"


async def test_a_closed_order_can_neither_be_paid_nor_ordered_again(shop: Shop) -> None:
    user = await shop.user()
    prepay_id = await shop.place(user)
    path = f"{NUMBER}/PRE-000001/close"
    for _ in range(2):
        assert (await shop.pay.call("POST", path, {"mchid": shop.mchid})).status == 204
    assert (await shop.query()).json["trade_state"] == "CLOSED"
    _, outcome = await shop.phone(user, await shop.sheet(prepay_id))
    assert outcome["reason"] == "该订单已关闭"
    wire = await shop.pay.call("POST", JSAPI, shop.order(user))
    assert (wire.status, wire.json["code"]) == (400, "ORDER_CLOSED")


async def test_closing_needs_an_unpaid_order_of_ones_own(shop: Shop) -> None:
    user = await shop.user()
    await shop.buy(user)
    wire = await shop.pay.call("POST", f"{NUMBER}/PRE-000001/close", {"mchid": shop.mchid})
    assert (wire.status, wire.json["code"]) == (400, "ORDERPAID")
    await shop.control.post("/_sim/switches", {"close_unknown_trade": "refuse"})
    wire = await shop.pay.call("POST", f"{NUMBER}/PRE-000002/close", {"mchid": shop.mchid})
    assert (wire.status, wire.json["code"]) == (404, "ORDER_NOT_EXIST")
    wire = await shop.pay.call("POST", f"{NUMBER}/PRE-000002/close", {"mchid": "1900000002"})
    assert (wire.status, wire.json["code"]) == (400, "PARAM_ERROR")


async def test_closing_a_number_never_ordered_burns_it(shop: Shop) -> None:
    user = await shop.user()
    path = f"{NUMBER}/PRE-000001/close"
    assert (await shop.pay.call("POST", path, {"mchid": shop.mchid})).status == 204
    wire = await shop.pay.call("POST", JSAPI, shop.order(user))
    assert (wire.status, wire.json["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(("switch", "state"), [("closed", "CLOSED"), ("notpay", "NOTPAY")])
async def test_an_order_ends_at_its_time_or_after_seven_days(
    shop: Shop, switch: str, state: str
) -> None:
    await shop.control.post("/_sim/switches", {"expired_trade": switch})
    user = await shop.user()
    now = datetime.fromisoformat((await shop.control.get("/_sim/clock"))["now"])
    moment = (now + timedelta(minutes=10)).isoformat(timespec="seconds")
    short = await shop.place(user, "SHORT-1", time_expire=moment)
    await shop.place(user, "LONG-01")
    await shop.control.advance(600)
    assert (await shop.query("SHORT-1")).json["trade_state"] == state
    assert (await shop.query("LONG-01")).json["trade_state"] == "NOTPAY"
    _, outcome = await shop.phone(user, await shop.sheet(short))
    assert outcome["result"] == "declined"
    await shop.control.advance(7 * DAY)
    assert (await shop.query("LONG-01")).json["trade_state"] == state


async def test_a_paid_order_stays_paid_after_its_time(shop: Shop) -> None:
    user = await shop.user()
    await shop.buy(user)
    await shop.control.advance(8 * DAY)
    assert (await shop.query()).json["trade_state"] == "SUCCESS"


async def test_a_merchant_sees_only_its_own_orders(shop: Shop) -> None:
    user = await shop.user()
    await shop.place(user)
    wire = await shop.pay.call("GET", f"{NUMBER}/PRE-000001?mchid=1900000002")
    assert (wire.status, wire.json["code"]) == (400, "PARAM_ERROR")
    wire = await shop.pay.call("GET", f"{NUMBER}/PRE-000001")
    assert (wire.status, wire.json["code"]) == (400, "PARAM_ERROR")
    wire = await shop.pay.call("POST", "/v3/pay/partner/transactions/jsapi", shop.order(user))
    assert (wire.status, wire.json["code"]) == (403, "NO_AUTH")
