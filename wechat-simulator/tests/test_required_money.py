"""Payments, refunds and the partner forms carry what the documents mark as required."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shapes import DICT, INT, LIST, TEXT, Shape, has
from shop import REFUNDS

if TYPE_CHECKING:
    from receiver import Receiver
    from school import School
    from shop import Shop

AMOUNT: Shape = {"total": INT, "currency": TEXT}
PAID_AMOUNT: Shape = AMOUNT | {"payer_total": INT, "payer_currency": TEXT}
TRADE: Shape = {
    **dict.fromkeys(("appid", "mchid", "out_trade_no", "trade_state", "trade_state_desc"), TEXT),
    **dict.fromkeys(("amount", "payer"), DICT),
}
PAID: Shape = TRADE | dict.fromkeys(
    ("transaction_id", "trade_type", "bank_type", "success_time", "attach"), TEXT
)
REFUND: Shape = {
    **dict.fromkeys(("refund_id", "out_refund_no", "transaction_id", "out_trade_no"), TEXT),
    **dict.fromkeys(("channel", "user_received_account", "create_time", "status"), TEXT),
    "funds_account": TEXT,
    "amount": DICT,
    "promotion_detail": LIST,
}
REFUND_AMOUNT: Shape = {
    **dict.fromkeys(("total", "refund", "payer_total", "payer_refund"), INT),
    **dict.fromkeys(("settlement_refund", "settlement_total", "discount_refund"), INT),
    "from": LIST,
    "currency": TEXT,
}
REFUND_TOLD: Shape = {
    **dict.fromkeys(("mchid", "transaction_id", "out_trade_no", "refund_id"), TEXT),
    **dict.fromkeys(("out_refund_no", "refund_status", "user_received_account"), TEXT),
    "amount": DICT,
}
PERMITTED: Shape = dict.fromkeys(
    ("service_id", "appid", "mchid", "openid", "authorization_state", "authorization_success_time"),
    TEXT,
)


async def test_a_payment_in_each_of_its_states(shop: Shop, receiver: Receiver) -> None:
    user = await shop.user()
    await shop.place(user)
    waiting = (await shop.query()).json
    has(waiting, TRADE)
    has(waiting["amount"], AMOUNT)
    number = await shop.buy(user, "PRE-000002")
    for wire in (
        await shop.query("PRE-000002"),
        await shop.pay.call("GET", f"/v3/pay/transactions/id/{number}?mchid={shop.mchid}"),
    ):
        has(wire.json, PAID)
        has(wire.json["amount"], PAID_AMOUNT)
        has(wire.json["payer"], {"openid": TEXT})
    has(receiver.plain(), PAID)


@pytest.mark.parametrize("outcome", ["SUCCESS", "ABNORMAL", "CLOSED"])
async def test_a_refund_in_each_of_its_states(shop: Shop, receiver: Receiver, outcome: str) -> None:
    paid = await shop.buy(await shop.user())
    await shop.control.post("/_sim/switches", {"refund_outcome": outcome})
    begun = (await shop.refund(paid, 4950)).json
    has(begun, REFUND)
    has(begun["amount"], REFUND_AMOUNT)
    assert begun["status"] == "PROCESSING"
    await shop.control.advance(10)
    ended = (await shop.pay.call("GET", f"{REFUNDS}/R1")).json
    time: Shape = {"success_time": TEXT} if outcome == "SUCCESS" else {}
    has(ended, REFUND | time)
    assert ended["status"] == outcome
    has(receiver.plain(), REFUND_TOLD | time)
    told = dict.fromkeys(("total", "refund", "payer_total", "payer_refund"), INT)
    has(receiver.plain()["amount"], told)


async def test_a_pay_score_deduction_is_a_payment_too(school: School, shop: Shop) -> None:
    user = await school.control.user()
    await school.authorize(user)
    number = (await school.open_order(user))["out_order_no"]
    await school.complete(number)
    await school.control.advance(5)
    paid = (await school.query(number))["collection"]["details"][0]["transaction_id"]
    found = await shop.pay.call("GET", f"/v3/pay/transactions/id/{paid}?mchid={shop.mchid}")
    has(found.json, PAID)
    assert (await shop.refund(paid, 9900, notify_url=None)).status == 200


async def test_an_authorization_asked_for_by_openid(school: School) -> None:
    user = await school.control.user()
    await school.authorize(user)
    tail = f"{school.openid(user)}?service_id={school.no_confirm}&appid={school.appid}"
    path = f"/v3/payscore/permissions/openid/{tail}"
    has((await school.pay.call("GET", path)).json, PERMITTED)
    close = f"/_sim/users/{user['user_id']}/close-service"
    await school.control.post(close, {"service_id": school.no_confirm})
    ended = (await school.pay.call("GET", path)).json
    has(ended, PERMITTED | {"cancel_authorization_time": TEXT})
    assert ended["authorization_state"] == "UNAVAILABLE"
