"""The service provider's forms: sub-merchants, sub_openids, answers without a body."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from merchant_client import PayClient
from plan_steps import PRICES_OF_TWO, plan_of_two, sign_of_two
from receiver import Receiver
from shapes import has

if TYPE_CHECKING:
    from merchant_client import Control, Wire

BASE = "/v3/payscore/partner"
SUB, SUB_APPID = "1900000201", "wx5c0de00000000011"


class Provider:
    """A partner acting for one sub-merchant."""

    def __init__(self, control: Control, pay: PayClient, receiver: Receiver) -> None:
        self.control = control
        self.pay = pay
        self.receiver = receiver
        self.no_confirm = pay.service("no_confirm")

    async def post(self, path: str, body: Any, status: int = 200) -> Wire:
        wire = await self.pay.call("POST", path, body)
        assert wire.status == status, wire.raw.decode()
        return wire

    def names(self, **changes: Any) -> dict[str, Any]:
        return {"service_id": self.no_confirm, "sub_mchid": SUB} | changes

    async def authorize(self, user: Any, code: str = "PA-1", **changes: Any) -> None:
        body = self.names(
            appid=self.pay.appid,
            sub_appid=SUB_APPID,
            authorization_code=code,
            notify_url=self.receiver.url,
        )
        token = (await self.post(f"{BASE}/permissions", body | changes)).json
        appid = changes.get("sub_appid", SUB_APPID)
        jump = {"businessType": "wxpayScoreEnable", "extraData": token, "appid": appid}
        shown = await self.control.post(f"/_sim/users/{user['user_id']}/view", jump)
        assert shown["result"] == "accepted"
        await self.control.advance(0)

    def order(self, user: Any, number: str = "P-1", **changes: Any) -> dict[str, Any]:
        body = self.names(
            out_order_no=number,
            appid=self.pay.appid,
            sub_appid=SUB_APPID,
            sub_openid=user["openids"][SUB_APPID],
            service_introduction="英语口语课",
            time_range={"start_time": "20200101"},
            risk_fund={"name": "ESTIMATE_ORDER_COST", "amount": 9900},
            notify_url=self.receiver.url,
            need_user_confirm=False,
        )
        return body | changes

    async def query(self, number: str = "P-1") -> Any:
        tail = f"service_id={self.no_confirm}&sub_mchid={SUB}&out_order_no={number}"
        return (await self.pay.call("GET", f"{BASE}/serviceorder?{tail}")).json


@pytest.fixture
async def provider(control: Control) -> AsyncIterator[Provider]:
    credentials = await control.get("/_sim/credentials")
    async with PayClient(control, credentials, "1900000100") as pay, Receiver(pay) as receiver:
        yield Provider(control, pay, receiver)


async def test_a_learner_authorises_for_a_sub_merchant(provider: Provider) -> None:
    user = await provider.control.user()
    await provider.authorize(user)
    told = provider.receiver.plain()
    assert (told["mchid"], told["sub_mchid"], told["sub_appid"]) == ("1900000100", SUB, SUB_APPID)
    assert told["sub_openid"] == user["openids"][SUB_APPID]
    tail = f"service_id={provider.no_confirm}&sub_mchid={SUB}"
    by_code = await provider.pay.call("GET", f"{BASE}/permissions/authorization-code/PA-1?{tail}")
    assert by_code.json["authorization_state"] == "AVAILABLE"
    assert by_code.json["sub_openid"] == told["sub_openid"]
    assert "openid" not in told
    openid = user["openids"][provider.pay.appid]
    assert by_code.json["openid"] == openid
    search = f"{tail}&appid={provider.pay.appid}&openid={openid}"
    found = await provider.pay.call("GET", f"{BASE}/permissions/search?{search}")
    assert found.json["authorization_state"] == "AVAILABLE"
    end = provider.names(
        appid=provider.pay.appid, sub_appid=SUB_APPID, sub_openid=told["sub_openid"], reason="停"
    )
    assert (await provider.post(f"{BASE}/permissions/terminate", end, 204)).raw == b""


async def test_an_order_is_completed_with_an_empty_answer_and_paid(provider: Provider) -> None:
    user = await provider.control.user()
    await provider.authorize(user)
    created = (await provider.post(f"{BASE}/serviceorder", provider.order(user))).json
    assert (created["state"], created["sub_mchid"]) == ("DOING", SUB)
    completion = provider.names(
        post_payments=[{"name": "课时费", "amount": 9900}],
        total_amount=9900,
        time_range={"end_time": "20200102"},
    )
    wire = await provider.post(f"{BASE}/serviceorder/P-1/complete", completion, 204)
    assert wire.raw == b""
    assert (await provider.query())["collection"]["state"] == "USER_PAYING"
    await provider.control.advance(5)
    paid = await provider.query()
    assert (paid["state"], paid["sub_appid"]) == ("DONE", SUB_APPID)
    sides = ("mchid", "sub_mchid", "appid", "sub_appid", "openid", "sub_openid", "order_id")
    has(paid, dict.fromkeys(sides, str) | {"total_amount": int, "collection": dict})
    assert paid.pop("openid") == user["openids"][provider.pay.appid]
    assert provider.receiver.plain() == paid
    entry = (await provider.control.get("/_sim/ledger"))["entries"][0]
    assert (entry["mchid"], entry["sub_mchid"]) == ("1900000100", SUB)


async def test_cancel_modify_pay_and_sync_answer_204(provider: Provider) -> None:
    user = await provider.control.user(balance_fen=0)
    await provider.authorize(user)
    base = f"{BASE}/serviceorder"
    await provider.post(base, provider.order(user, "P-1"))
    await provider.post(base, provider.order(user, "P-2"))
    await provider.post(f"{base}/P-2/cancel", provider.names(reason="停课"), 204)
    amounts = {"post_payments": [{"name": "课时费", "amount": 9900}], "total_amount": 9900}
    times = {"time_range": {"end_time": "20200102"}}
    await provider.post(f"{base}/P-1/complete", provider.names(**amounts, **times), 204)
    less = {"post_payments": [{"name": "课时费", "amount": 5000}], "total_amount": 5000}
    await provider.post(f"{base}/P-1/modify", provider.names(**less, reason="少上"), 204)
    pressed = await provider.post(f"{base}/P-1/pay", provider.names(), 403)
    assert pressed.json["code"] == "TRADE_ERROR"
    detail = {"seq": 1, "paid_time": "20200102", "paid_amount": 5000}
    wish = provider.names(type="Order_Paid", detail=detail)
    await provider.post(f"{base}/P-1/sync", wish, 204)
    assert (await provider.query())["collection"]["details"][0]["paid_type"] == "MCH"


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"sub_mchid": "1900000299"}, "Mma绑定关系不存在"),
        ({"sub_appid": "wx5c0de00000000012"}, "sub_appid"),
        ({"service_id": "1" * 32}, "暂无权限"),
    ],
)
async def test_foreign_sub_merchants_are_refused(
    provider: Provider, change: dict[str, Any], part: str
) -> None:
    user = await provider.control.user()
    body = provider.order(user) | change
    wire = await provider.post(f"{BASE}/serviceorder", body, 403)
    assert wire.json["code"] == "NO_AUTH"
    assert part in wire.json["message"]


async def test_a_sub_merchant_that_did_not_accept_the_product_is_refused(
    provider: Provider,
) -> None:
    wish = {"mchid": "1900000100", "sub_mchid": SUB, "authorized": False}
    await provider.control.post("/_sim/sub-merchants", wish)
    user = await provider.control.user()
    wire = await provider.post(f"{BASE}/serviceorder", provider.order(user), 403)
    assert "是否授权mchid微信支付分产品权限" in wire.json["message"]


async def test_each_side_keeps_to_its_own_routes(provider: Provider, pay: PayClient) -> None:
    user = await provider.control.user()
    own = await provider.pay.call("POST", "/v3/payscore/serviceorder", provider.order(user))
    assert (own.status, own.json["code"]) == (403, "NO_AUTH")
    foreign = await pay.call("POST", f"{BASE}/serviceorder", provider.order(user))
    assert (foreign.status, foreign.json["code"]) == (403, "NO_AUTH")


async def test_openid_and_sub_openid_exclude_each_other(provider: Provider) -> None:
    user = await provider.control.user()
    both = {"openid": user["openids"][provider.pay.appid]}
    wire = await provider.post(f"{BASE}/serviceorder", provider.order(user) | both, 400)
    assert wire.json["code"] == "PARAM_ERROR"


async def test_a_number_serves_one_sub_merchant_only(provider: Provider) -> None:
    user = await provider.control.user()
    await provider.authorize(user)
    await provider.post(f"{BASE}/serviceorder", provider.order(user))
    other = {"sub_mchid": "1900000202", "sub_appid": "wx5c0de00000000012"}
    openid = {"sub_openid": user["openids"]["wx5c0de00000000012"]}
    await provider.authorize(user, "PA-2", **other)
    again = provider.order(user) | other | openid
    wire = await provider.post(f"{BASE}/serviceorder", again, 400)
    assert wire.numeric == 271316598


async def test_a_plan_is_signed_and_used_for_a_sub_merchant(provider: Provider) -> None:
    user = await provider.control.user()
    service = provider.pay.service("plan")
    names = {"service_id": service, "sub_mchid": SUB, "sub_appid": SUB_APPID}
    names["appid"] = provider.pay.appid
    plan_base = "/v3/payscore/plan/partner/payscore-plans"
    plan = (await provider.post(plan_base, names | plan_of_two())).json
    assert (plan["sub_mchid"], plan["plan_state"]) == (SUB, "NORMAL")
    sign_base = "/v3/payscore/sign-plan/partner/user-sign-plans"
    openid = {"sub_openid": user["openids"][SUB_APPID]}
    body = names | openid | sign_of_two(plan["plan_id"], provider.receiver.url)
    answer = (await provider.post(sign_base, body)).json
    jump = {
        "businessType": "wxpayScorePlan",
        "extraData": {"package": answer["package"]},
        "appid": SUB_APPID,
    }
    await provider.control.post(f"/_sim/users/{user['user_id']}/view", jump)
    await provider.control.advance(0)
    told = provider.receiver.plain()
    assert (told["sub_mchid"], told["sub_openid"]) == (SUB, openid["sub_openid"])
    one = f"{sign_base}/merchant-sign-plan-no/S-1"
    signed = (await provider.pay.call("GET", f"{one}?sub_mchid={SUB}")).json
    assert signed.pop("openid") == user["openids"][provider.pay.appid]
    assert signed == told
    assert (await provider.pay.call("GET", f"{one}?sub_mchid=1900000202")).status == 404
    lesson = (
        names
        | openid
        | {
            "sign_plan_id": told["sign_plan_id"],
            "plan_detail_no": 1,
            "out_trade_no": "S-1-1",
            "service_introduction": "阅读",
            "time_range": {"start_time": "20200101"},
            "notify_url": provider.receiver.url,
        }
    )
    order = (await provider.post("/v3/payscore/sign-plan/partner/serviceorder", lesson)).json
    assert (order["state"], order["risk_fund"]) == ("DOING", {"amount": PRICES_OF_TWO[0]})
    stop = {"sub_mchid": SUB, "stop_reason": "停"}
    assert (await provider.post(f"{one}/stop", stop)).json["cancel_sign_type"] == "MERCHANT"
    plan_stop = f"{plan_base}/merchant-plan-no/P2/stop"
    assert (await provider.post(plan_stop, {"sub_mchid": SUB})).json["plan_state"] == "STOP"


async def test_an_authorization_is_ended_by_its_code(provider: Provider) -> None:
    user = await provider.control.user()
    await provider.authorize(user)
    path = f"{BASE}/permissions/authorization-code/PA-1"
    await provider.post(f"{path}/terminate", provider.names(reason="停课"), 204)
    tail = f"service_id={provider.no_confirm}&sub_mchid={SUB}"
    shown = (await provider.pay.call("GET", f"{path}?{tail}")).json
    assert shown["authorization_state"] == "UNAVAILABLE"
    other = provider.names(reason="停课", sub_mchid="1900000202")
    assert (await provider.post(f"{path}/terminate", other, 404)).json["code"] == "ORDER_NOT_EXIST"


@pytest.mark.parametrize("kind", ["send-pendingmessage", "send-prepaidmessage"])
async def test_a_coming_deduction_is_announced_once(provider: Provider, kind: str) -> None:
    user = await provider.control.user()
    await provider.authorize(user)
    await provider.post(f"{BASE}/serviceorder", provider.order(user))
    amounts = {"post_payments": [{"name": "课时费", "amount": 9900}], "total_amount": 9900}
    body = provider.names(**amounts, prepaid_time="20300102")
    path = f"{BASE}/serviceorder/P-1/{kind}"
    assert (await provider.post(path, body, 204)).raw == b""
    assert (await provider.post(path, body, 400)).json["code"] == "INVALID_REQUEST"


async def test_a_service_that_is_over_is_created_and_completed_in_one_step(
    provider: Provider,
) -> None:
    user = await provider.control.user()
    wish = {"mchid": "1900000100", "kind": "no_confirm", "direct_complete": True}
    service = (await provider.control.post("/_sim/services", wish))["service_id"]
    await provider.authorize(user, service_id=service)
    body = provider.order(user, "D-1", service_id=service) | {
        "post_payments": [{"name": "课时费", "amount": 9900}],
        "total_amount": 9900,
        "time_range": {"start_time": "20200101", "end_time": "20200102"},
    }
    done = (await provider.post(f"{BASE}/serviceorder/direct-complete", body)).json
    assert (done["state"], done["sub_mchid"], done["total_amount"]) == ("DOING", SUB, 9900)
    await provider.control.advance(5)
    entry = (await provider.control.get("/_sim/ledger"))["entries"][0]
    assert (entry["sub_mchid"], entry["amount_fen"]) == (SUB, 9900)


async def test_a_plan_is_read_for_its_sub_merchant_alone(provider: Provider) -> None:
    names = provider.names(service_id=provider.pay.service("plan"), appid=provider.pay.appid)
    base = "/v3/payscore/plan/partner/payscore-plans"
    plan = (await provider.post(base, names | plan_of_two())).json
    one = f"{base}/merchant-plan-no/P2"
    assert (await provider.pay.call("GET", f"{one}?sub_mchid={SUB}")).json == plan
    assert (await provider.pay.call("GET", f"{one}?sub_mchid=1900000202")).status == 404
