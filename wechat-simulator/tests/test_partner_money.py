"""The service provider's forms of JSAPI payment and refund."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from merchant_client import PayClient
from receiver import Receiver
from shop import REFUNDS, Shop

if TYPE_CHECKING:
    from merchant_client import Control
    from wechat_simulator.server import Simulator

PROVIDER = "1900000100"
SUB, SUB_APPID = "1900000201", "wx5c0de00000000011"
OTHER_SUB = "1900000202"
BASE = "/v3/pay/partner/transactions"
WHO = f"sp_mchid={PROVIDER}&sub_mchid={SUB}"


@pytest.fixture
async def provider(sim: Simulator, control: Control) -> AsyncIterator[Shop]:
    credentials = await control.get("/_sim/credentials")
    async with PayClient(control, credentials, PROVIDER) as pay, Receiver(pay) as receiver:
        yield Shop(pay, receiver.url, sim.worlds.named("default"))


def order(shop: Shop, user: Any, number: str = "SUB-000001", **changes: Any) -> dict[str, Any]:
    plain = shop.order(user, number) | {
        "sp_appid": shop.pay.appid,
        "sp_mchid": PROVIDER,
        "sub_mchid": SUB,
        "payer": {"sp_openid": user["openid"]},
    }
    del plain["appid"], plain["mchid"]
    return {k: v for k, v in (plain | changes).items() if v is not None}


async def paid(shop: Shop, user: Any) -> str:
    prepay = (await shop.pay.call("POST", f"{BASE}/jsapi", order(shop, user))).json["prepay_id"]
    _, outcome = await shop.phone(user, await shop.sheet(prepay))
    await shop.control.advance(0)
    return str(outcome["transaction_id"])


async def test_a_provider_is_paid_for_its_sub_merchant(provider: Shop) -> None:
    user = await provider.user()
    number = await paid(provider, user)
    for path in (f"id/{number}", "out-trade-no/SUB-000001"):
        shown = (await provider.pay.call("GET", f"{BASE}/{path}?{WHO}")).json
        assert (shown["sp_mchid"], shown["sub_mchid"]) == (PROVIDER, SUB)
        assert shown["sp_appid"] == provider.pay.appid
        assert shown["payer"] == {"sp_openid": user["openid"]}
        assert "mchid" not in shown
    other = WHO.replace(SUB, OTHER_SUB)
    wire = await provider.pay.call("GET", f"{BASE}/id/{number}?{other}")
    assert (wire.status, wire.json["code"]) == (404, "ORDER_NOT_EXIST")
    entry = (await provider.entries())[0]
    assert (entry["mchid"], entry["sub_mchid"]) == (PROVIDER, SUB)
    notices = (await provider.control.get("/_sim/notices"))["notices"]
    assert (notices[0]["event_type"], notices[0]["state"]) == ("TRANSACTION.SUCCESS", "delivered")
    assert notices[0]["plaintext"]["sub_mchid"] == SUB


async def test_the_sub_merchants_own_app_opens_the_cashier(provider: Shop) -> None:
    user = await provider.user()
    body = order(
        provider, user, sub_appid=SUB_APPID, payer={"sub_openid": user["openids"][SUB_APPID]}
    )
    prepay = (await provider.pay.call("POST", f"{BASE}/jsapi", body)).json["prepay_id"]
    status, _ = await provider.phone(user, await provider.sheet(prepay))
    assert status == 400
    sheet = await provider.sheet(prepay, SUB_APPID)
    status, outcome = await provider.phone(user, {**sheet, "appid": SUB_APPID})
    assert (status, outcome["result"]) == (200, "paid")
    shown = (await provider.pay.call("GET", f"{BASE}/out-trade-no/SUB-000001?{WHO}")).json
    assert (shown["sub_appid"], set(shown["payer"])) == (SUB_APPID, {"sub_openid"})
    entry = (await provider.entries())[0]
    assert (entry["appid"], entry["openid"]) == (provider.pay.appid, user["openid"])


async def test_a_providers_order_that_breaks_a_rule_is_refused(provider: Shop) -> None:
    user = await provider.user()
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"sub_mchid": None}, 400, "PARAM_ERROR"),
        ({"sub_mchid": "1900000999"}, 400, "MCH_NOT_EXISTS"),
        ({"sub_appid": "wx5c0de00000000012"}, 400, "APPID_MCHID_NOT_MATCH"),
        ({"payer": {"sub_openid": user["openids"][SUB_APPID]}}, 400, "PARAM_ERROR"),
        ({"payer": {}}, 400, "PARAM_ERROR"),
        ({"sp_mchid": "1900000001"}, 400, "PARAM_ERROR"),
    ]
    for change, status, code in cases:
        wire = await provider.pay.call("POST", f"{BASE}/jsapi", order(provider, user, **change))
        assert (wire.status, wire.json["code"]) == (status, code), change
    wire = await provider.pay.call("POST", "/v3/pay/transactions/jsapi", provider.order(user))
    assert (wire.status, wire.json["code"]) == (403, "NO_AUTH")


async def test_a_provider_closes_for_its_sub_merchant(provider: Shop) -> None:
    user = await provider.user()
    await provider.pay.call("POST", f"{BASE}/jsapi", order(provider, user))
    path = f"{BASE}/out-trade-no/SUB-000001/close"
    body = {"sp_mchid": PROVIDER, "sub_mchid": OTHER_SUB}
    assert (await provider.pay.call("POST", path, body)).status == 404
    body["sub_mchid"] = SUB
    assert (await provider.pay.call("POST", path, body)).status == 204


async def test_a_provider_refunds_with_sub_mchid(provider: Shop, shop: Shop) -> None:
    user = await provider.user()
    number = await paid(provider, user)
    wire = await provider.refund(number, 100)
    assert (wire.status, wire.json["code"]) == (400, "PARAM_ERROR")
    wire = await provider.refund(number, 100, sub_mchid=OTHER_SUB)
    assert (wire.status, wire.json["code"]) == (404, "RESOURCE_NOT_EXISTS")
    assert (await provider.refund(number, 100, sub_mchid=SUB)).status == 200
    await provider.control.advance(10)
    assert (await provider.pay.call("GET", f"{REFUNDS}/R1")).status == 400
    shown = (await provider.pay.call("GET", f"{REFUNDS}/R1?sub_mchid={SUB}")).json
    assert shown["status"] == "SUCCESS"
    notices = (await provider.control.get("/_sim/notices"))["notices"]
    told = next(n["plaintext"] for n in notices if n["event_type"] == "REFUND.SUCCESS")
    assert (told["sp_mchid"], told["sub_mchid"]) == (PROVIDER, SUB)
    assert "mchid" not in told
    wire = await shop.refund(number, 100, "R7", sub_mchid=SUB)
    assert (wire.status, wire.json["code"]) == (403, "NO_AUTH")


async def test_a_providers_bill_holds_all_sub_merchants_or_the_one_asked_for(
    provider: Shop,
) -> None:
    user = await provider.user()
    await paid(provider, user)
    body = order(provider, user, "SUB-000002", sub_mchid=OTHER_SUB)
    prepay = (await provider.pay.call("POST", f"{BASE}/jsapi", body)).json["prepay_id"]
    await provider.phone(user, await provider.sheet(prepay))
    now = datetime.fromisoformat((await provider.control.get("/_sim/clock"))["now"])
    day = now.astimezone(timezone(timedelta(hours=8))).date()
    await provider.control.advance(2 * 86400)
    for query, numbers in (
        ("", ["SUB-000001", "SUB-000002"]),
        (f"&sub_mchid={OTHER_SUB}", ["SUB-000002"]),
    ):
        wire = await provider.pay.call("GET", f"/v3/bill/tradebill?bill_date={day}{query}")
        path = wire.json["download_url"].removeprefix(provider.control.url)
        raw = (await provider.pay.call("GET", path, unverified=True)).raw.decode()
        rows = [line.split(",`") for line in raw.split("\r\n") if line.startswith("`2")]
        details = [row for row in rows if len(row) > 20]
        assert [row[6] for row in details] == numbers
        assert all(row[2] == PROVIDER for row in details)


async def test_a_providers_complaints_are_those_of_its_sub_merchants(provider: Shop) -> None:
    user = await provider.user()
    wish = {"transaction_id": await paid(provider, user)}
    path = f"/_sim/users/{user['user_id']}/complain"
    number = (await provider.control.post(path, wish))["complaint_id"]
    base = f"/v3/merchant-service/complaints-v2/{number}"
    assert (await provider.pay.call("GET", base)).json["complainted_mchid"] == SUB
    body = {"complainted_mchid": SUB, "response_content": "好"}
    assert (await provider.pay.call("POST", f"{base}/response", body)).status == 204
