"""Refunds: asynchronous, in parts, repeatable, abnormal, closed."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA1

from shop import REFUNDS
from wechat_simulator import money

if TYPE_CHECKING:
    from receiver import Receiver
    from shop import Shop

DAY = 86400


async def test_a_refund_is_accepted_first_and_paid_back_later(
    shop: Shop, receiver: Receiver
) -> None:
    user = await shop.user(balance_fen=9900)
    paid = await shop.buy(user)
    wire = await shop.refund(paid, 9900)
    assert wire.status == 200
    taken = wire.json
    assert (taken["status"], taken["channel"]) == ("PROCESSING", "ORIGINAL")
    assert (taken["transaction_id"], taken["out_trade_no"]) == (paid, "PRE-000001")
    assert "success_time" not in taken
    assert taken["user_received_account"]
    assert taken["create_time"].endswith("+08:00")
    amount = taken["amount"]
    assert (amount["total"], amount["refund"], amount["currency"]) == (9900, 9900, "CNY")
    for name in ("payer_total", "payer_refund", "settlement_total", "settlement_refund"):
        assert amount[name] == 9900
    assert amount["discount_refund"] == 0
    assert await shop.balance(user) == 0
    await shop.control.advance(10)
    assert await shop.balance(user) == 9900
    assert receiver.events() == ["TRANSACTION.SUCCESS", "REFUND.SUCCESS"]
    told = receiver.plain()
    assert (told["refund_status"], told["out_refund_no"]) == ("SUCCESS", "R1")
    assert told["mchid"] == shop.mchid
    assert told["amount"] == {
        "total": 9900,
        "refund": 9900,
        "payer_total": 9900,
        "payer_refund": 9900,
    }
    wire = await shop.pay.call("GET", f"{REFUNDS}/R1")
    assert (wire.json["status"], wire.json["success_time"]) == ("SUCCESS", told["success_time"])
    entry = (await shop.entries())[-1]
    assert (entry["kind"], entry["amount_fen"], entry["out_refund_no"]) == ("refund", 9900, "R1")
    assert entry["transaction_id"] == paid
    assert (await shop.query()).json["trade_state"] == "REFUND"


async def test_a_refund_goes_by_the_merchants_number_too(shop: Shop) -> None:
    user = await shop.user()
    await shop.buy(user)
    wire = await shop.refund(None, 100, out_trade_no="PRE-000001")
    assert (wire.status, wire.json["out_trade_no"]) == (200, "PRE-000001")
    wire = await shop.refund(None, 100, "R2", out_trade_no="PRE-000009")
    assert (wire.status, wire.json["code"]) == (404, "RESOURCE_NOT_EXISTS")


async def test_an_unpaid_order_has_nothing_to_refund(shop: Shop) -> None:
    user = await shop.user()
    await shop.place(user)
    wire = await shop.refund(None, 100, out_trade_no="PRE-000001")
    assert (wire.status, wire.json["code"]) == (404, "RESOURCE_NOT_EXISTS")


async def test_a_pay_score_order_number_is_not_a_trade_number(shop: Shop) -> None:
    user = await shop.user()
    world = shop.world
    for kind, out_trade_no in (("AUTH", "WX-MADE-NUMBER"), ("JSAPI", "LESSON-0001")):
        money.move(
            world,
            "deduction",
            user["user_id"],
            mchid=shop.mchid,
            openid=user["openid"],
            appid=shop.pay.appid,
            amount_fen=9900,
            transaction_id=f"42000{kind}",
            out_trade_no=out_trade_no,
            out_order_no="LESSON-0001",
            order_id="1234",
            trade_type=kind,
            attach="wxzff|1234|LESSON-0001",
        )
    wire = await shop.refund(None, 100, out_trade_no="LESSON-0001")
    assert (wire.status, wire.json["code"]) == (404, "RESOURCE_NOT_EXISTS")
    for number, paid in (("R1", "42000AUTH"), ("R2", "42000JSAPI")):
        wire = await shop.refund(paid, 100, number)
        assert (wire.status, wire.json["transaction_id"]) == (200, paid)
    path = f"/v3/pay/transactions/id/42000AUTH?mchid={shop.mchid}"
    shown = (await shop.pay.call("GET", path)).json
    assert (shown["out_trade_no"], shown["trade_type"]) == ("WX-MADE-NUMBER", "AUTH")
    assert shown["attach"] == "wxzff|1234|LESSON-0001"
    wire = await shop.refund(None, 100, "R3", out_trade_no="WX-MADE-NUMBER")
    assert wire.status == 429


async def test_parts_add_up_to_the_payment_at_most(shop: Shop) -> None:
    user = await shop.user(balance_fen=9900)
    paid = await shop.buy(user)
    assert (await shop.refund(paid, 4000, "R1")).status == 200
    wire = await shop.refund(paid, 1000, "R2")
    assert (wire.status, wire.json["code"]) == (429, "FREQUENCY_LIMITED")
    await shop.control.advance(60)
    wire = await shop.refund(paid, 5901, "R2")
    assert (wire.status, wire.json["code"]) == (400, "INVALID_REQUEST")
    assert (await shop.refund(paid, 5900, "R2")).status == 200
    await shop.control.advance(60)
    wire = await shop.refund(paid, 1, "R3")
    assert (wire.status, wire.json["message"]) == (400, "订单已全额退款")
    assert await shop.balance(user) == 9900


async def test_fifty_parts_and_not_one_more(shop: Shop) -> None:
    user = await shop.user()
    paid = await shop.buy(user)
    for number in range(50):
        assert (await shop.refund(paid, 1, f"R{number}")).status == 200
        await shop.control.advance(60)
    wire = await shop.refund(paid, 1, "R50")
    assert (wire.status, wire.json["code"]) == (400, "INVALID_REQUEST")
    assert "50" in wire.json["message"]


async def test_the_same_number_is_the_same_refund(shop: Shop, receiver: Receiver) -> None:
    user = await shop.user(balance_fen=9900)
    paid = await shop.buy(user)
    first = (await shop.refund(paid, 100)).json
    assert (await shop.refund(paid, 100)).json == first
    await shop.control.advance(10)
    assert (await shop.refund(paid, 100)).json["status"] == "SUCCESS"
    for change in ({"reason": "另一个原因"}, {"amount": {"refund": 200, "total": 9900}}):
        body = shop.refund_body(paid, 100) | change
        body["amount"]["currency"] = "CNY"
        wire = await shop.pay.call("POST", REFUNDS, body)
        assert (wire.status, wire.json["code"]) == (400, "INVALID_REQUEST")
    await shop.control.advance(100)
    assert receiver.events().count("REFUND.SUCCESS") == 1
    assert await shop.balance(user) == 100


BAD_REFUNDS: list[dict[str, Any]] = [
    {"out_refund_no": "bad number"},
    {"out_refund_no": "x" * 65},
    {"out_refund_no": None},
    {"transaction_id": None},
    {"out_trade_no": "PRE-000001"},
    {"reason": "因" * 81},
    {"reason": "😀"},
    {"notify_url": "ftp://example.com"},
    {"funds_account": "MY_POCKET"},
    {"amount": {"refund": 0, "total": 9900, "currency": "CNY"}},
    {"amount": {"refund": 1, "total": 9900, "currency": "USD"}},
    {"amount": {"refund": 1, "total": 9900}},
    {"amount": {"refund": "1", "total": 9900, "currency": "CNY"}},
    {
        "amount": {
            "refund": 2,
            "total": 9900,
            "currency": "CNY",
            "from": [{"account": "AVAILABLE", "amount": 1}],
        }
    },
    {"goods_detail": [{"merchant_goods_id": "lesson"}]},
]


@pytest.mark.parametrize("change", BAD_REFUNDS)
async def test_a_refund_of_wrong_form_is_refused(shop: Shop, change: dict[str, Any]) -> None:
    user = await shop.user()
    paid = await shop.buy(user)
    body = shop.refund_body(paid, 100) | change
    wire = await shop.pay.call("POST", REFUNDS, {k: v for k, v in body.items() if v is not None})
    assert (wire.status, wire.json["code"]) == (400, "PARAM_ERROR")


async def test_the_total_must_be_the_payments(shop: Shop) -> None:
    user = await shop.user()
    paid = await shop.buy(user)
    amount = {"refund": 100, "total": 9901, "currency": "CNY"}
    wire = await shop.refund(paid, 100, amount=amount)
    assert (wire.status, wire.json["code"]) == (400, "INVALID_REQUEST")


async def test_a_year_later_nothing_is_refunded(shop: Shop) -> None:
    user = await shop.user()
    paid = await shop.buy(user)
    await shop.control.advance(365 * DAY)
    assert (await shop.refund(paid, 100)).status == 200
    await shop.control.advance(61)
    wire = await shop.refund(paid, 100, "R2")
    assert (wire.status, wire.json["code"]) == (400, "INVALID_REQUEST")


async def test_short_funds_of_the_merchant_are_a_fault(shop: Shop) -> None:
    user = await shop.user()
    paid = await shop.buy(user)
    await shop.control.post(
        "/_sim/faults",
        {
            "target": f"POST {REFUNDS}",
            "kind": "error",
            "status": 403,
            "code": "NOT_ENOUGH",
            "message": "基本账户余额不足，请充值后重新发起",
        },
    )
    wire = await shop.refund(paid, 100)
    assert (wire.status, wire.json["code"]) == (403, "NOT_ENOUGH")
    assert (await shop.pay.call("GET", f"{REFUNDS}/R1")).status == 404
    assert (await shop.refund(paid, 100)).status == 200


async def test_a_closed_refund_gives_nothing_and_frees_its_part(
    shop: Shop, receiver: Receiver
) -> None:
    user = await shop.user(balance_fen=9900)
    paid = await shop.buy(user)
    await shop.control.post("/_sim/faults", {"target": "refund:*", "kind": "closed"})
    await shop.refund(paid, 9900)
    await shop.control.advance(10)
    assert receiver.events()[-1] == "REFUND.CLOSED"
    assert receiver.plain()["refund_status"] == "CLOSED"
    assert "success_time" not in receiver.plain()
    assert await shop.balance(user) == 0
    assert (await shop.refund(paid, 9900)).json["status"] == "CLOSED"
    assert (await shop.refund(paid, 9900, "R2")).status == 200
    await shop.control.advance(10)
    assert await shop.balance(user) == 9900


def sealed(shop: Shop, text: str) -> str:
    serial = next(serial for serial in shop.pay.platform if serial.startswith("PUB_KEY_ID_"))
    shop.pay.serial = serial
    data = shop.pay.platform[serial].encrypt(text.encode(), OAEP(MGF1(SHA1()), SHA1(), None))  # noqa: S303
    return base64.b64encode(data).decode()


async def abnormal(shop: Shop, user: Any) -> tuple[str, Any]:
    await shop.control.post("/_sim/switches", {"refund_outcome": "ABNORMAL"})
    refund = (await shop.refund(await shop.buy(user), 9900)).json
    await shop.control.advance(10)
    return f"{REFUNDS}/{refund['refund_id']}/apply-abnormal-refund", refund


async def test_an_abnormal_refund_is_sent_to_the_users_card(shop: Shop, receiver: Receiver) -> None:
    user = await shop.user(balance_fen=9900)
    path, refund = await abnormal(shop, user)
    assert receiver.events()[-1] == "REFUND.ABNORMAL"
    assert (await shop.pay.call("GET", f"{REFUNDS}/R1")).json["status"] == "ABNORMAL"
    assert await shop.balance(user) == 0
    body = {
        "out_refund_no": "R1",
        "type": "USER_BANK_CARD",
        "bank_type": "ICBC_DEBIT",
        "bank_account": sealed(shop, "6222020200012345678"),
        "real_name": sealed(shop, "张三"),
    }
    wire = await shop.pay.call("POST", path, {**body, "bank_account": "bm90IHNlYWxlZA=="})
    assert (wire.status, wire.json["detail"]["value"]) == (400, "bm90IHNlYWxlZA==")
    assert wire.json["message"].startswith("参数错误: /bank_account ")
    wire = await shop.pay.call("POST", path, body)
    assert (wire.status, wire.json["status"]) == (200, "PROCESSING")
    assert wire.json["user_received_account"] == "ICBC5678"
    await shop.control.advance(10)
    assert receiver.events()[-1] == "REFUND.SUCCESS"
    assert await shop.balance(user) == 9900
    assert refund["refund_id"] == receiver.plain()["refund_id"]


async def test_an_abnormal_refund_may_go_to_the_merchants_card(shop: Shop) -> None:
    user = await shop.user(balance_fen=9900)
    path, _ = await abnormal(shop, user)
    body = {"out_refund_no": "R1", "type": "MERCHANT_BANK_CARD"}
    wire = await shop.pay.call("POST", path, {**body, "out_refund_no": "R9"})
    assert (wire.status, wire.json["code"]) == (404, "RESOURCE_NOT_EXISTS")
    assert (await shop.pay.call("POST", path, body)).status == 200
    wire = await shop.pay.call("POST", path, body)
    assert (wire.status, wire.json["code"]) == (400, "INVALID_REQUEST")
    await shop.control.advance(10)
    assert (await shop.pay.call("GET", f"{REFUNDS}/R1")).json["status"] == "SUCCESS"
    assert await shop.balance(user) == 0


async def test_without_an_address_a_refund_is_silent(shop: Shop, receiver: Receiver) -> None:
    user = await shop.user()
    await shop.refund(await shop.buy(user), 100, notify_url=None)
    await shop.control.advance(3600)
    assert receiver.events() == ["TRANSACTION.SUCCESS"]


async def test_an_unknown_refund_is_not_found(shop: Shop) -> None:
    wire = await shop.pay.call("GET", f"{REFUNDS}/R404")
    assert (wire.status, wire.json["code"]) == (404, "RESOURCE_NOT_EXISTS")
