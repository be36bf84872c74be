"""What the simulator's endpoints do wrong when they are told to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from school import ORDERS

if TYPE_CHECKING:
    from school import School

CREATE = f"POST {ORDERS}"
COMPLETE = f"POST {ORDERS}/{{out_order_no}}/complete"


@pytest.fixture
async def learner(school: School) -> Any:
    user = await school.control.user()
    await school.authorize(user)
    return user


async def fault(school: School, kind: str, target: str = CREATE, **options: Any) -> None:
    await school.control.post("/_sim/faults", {"target": target, "kind": kind, **options})


async def status_of(school: School, number: str) -> int:
    query = f"service_id={school.no_confirm}&appid={school.appid}&out_order_no={number}"
    return (await school.pay.call("GET", f"{ORDERS}?{query}")).status


@pytest.mark.parametrize(
    ("kind", "status", "code"), [("500", 500, "SYSTEM_ERROR"), ("429", 429, "FREQUENCY_LIMITED")]
)
async def test_a_refusal_has_no_effect_and_passes(
    school: School, learner: Any, kind: str, status: int, code: str
) -> None:
    await fault(school, kind, times=2)
    body = await school.order(openid=school.openid(learner))
    await school.refused(ORDERS, body, status, code)
    await school.refused(ORDERS, body, status, code)
    assert await status_of(school, body["out_order_no"]) == 404
    await school.post(ORDERS, body)


async def test_a_gateway_page_is_html_and_unsigned(school: School, learner: Any) -> None:
    await fault(school, "502_html")
    body = await school.order(openid=school.openid(learner))
    wire = await school.pay.call("POST", ORDERS, body, unverified=True)
    assert (wire.status, wire.headers["Content-Type"]) == (502, "text/html")
    assert "Wechatpay-Signature" not in wire.headers
    assert wire.raw.startswith(b"<html>")


async def test_a_named_error_is_answered_as_ordered(school: School, learner: Any) -> None:
    options: dict[str, Any] = {"status": 403, "code": "NO_AUTH", "numeric": 268503786}
    await fault(school, "error", **options)
    body = await school.order(openid=school.openid(learner))
    await school.refused(ORDERS, body, 403, "NO_AUTH", 268503786)


@pytest.mark.parametrize("kind", ["cut", "lost"])
async def test_a_cut_connection_comes_before_any_effect(
    school: School, learner: Any, kind: str
) -> None:
    await fault(school, kind)
    body = await school.order(openid=school.openid(learner))
    with pytest.raises(aiohttp.ClientError):
        await school.pay.call("POST", ORDERS, body)
    assert await status_of(school, body["out_order_no"]) == 404


async def test_a_hanging_call_is_cut_in_the_end_without_effect(
    school: School, learner: Any
) -> None:
    await fault(school, "hang", hold_s=0.05)
    body = await school.order(openid=school.openid(learner))
    with pytest.raises(aiohttp.ClientError):
        await school.pay.call("POST", ORDERS, body)
    assert await status_of(school, body["out_order_no"]) == 404


async def test_a_timeout_after_the_effect_leaves_the_effect(school: School, learner: Any) -> None:
    await fault(school, "timeout_after_effect", hold_s=0.05)
    body = await school.order(openid=school.openid(learner))
    with pytest.raises(aiohttp.ClientError):
        await school.pay.call("POST", ORDERS, body)
    assert await status_of(school, body["out_order_no"]) == 200
    await school.post(ORDERS, body)
    received = await school.control.get("/_sim/requests?path=/v3/payscore/serviceorder")
    assert [entry["status"] for entry in received["requests"]] == [None, 200, 200]


async def test_a_client_that_gives_up_first_does_not_undo_the_effect(
    school: School, learner: Any
) -> None:
    await fault(school, "timeout_after_effect", hold_s=5)
    body = await school.order(openid=school.openid(learner))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await school.pay.call("POST", ORDERS, body)
    assert await status_of(school, body["out_order_no"]) == 200


@pytest.mark.parametrize("kind", ["bad_signature", "signtest", "unknown_serial"])
async def test_a_badly_signed_answer_does_not_verify(
    school: School, learner: Any, kind: str
) -> None:
    await fault(school, kind)
    body = await school.order(openid=school.openid(learner))
    wire = await school.pay.call("POST", ORDERS, body, unverified=True)
    assert wire.status == 200
    assert not school.pay.verifies(wire.headers, wire.raw)
    if kind == "signtest":
        assert wire.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")


async def test_a_stale_answer_is_rightly_signed_but_old(school: School, learner: Any) -> None:
    await fault(school, "stale_timestamp")
    body = await school.order(openid=school.openid(learner))
    wire = await school.pay.call("POST", ORDERS, body)
    assert await school.pay.seconds() - int(wire.headers["Wechatpay-Timestamp"]) > 300


@pytest.mark.parametrize(("kind", "amount"), [("string_numbers", "9900"), ("wrong_amount", 9901)])
async def test_a_bent_answer_is_signed_as_sent(
    school: School, learner: Any, kind: str, amount: object
) -> None:
    await fault(school, kind)
    body = await school.order(openid=school.openid(learner))
    plain = (await school.post(ORDERS, body)).json
    assert plain["risk_fund"]["amount"] == amount
    assert (await school.query(body["out_order_no"]))["risk_fund"]["amount"] == 9900


async def test_an_answer_may_grow_unknown_keys(school: School, learner: Any) -> None:
    await fault(school, "unknown_keys")
    body = await school.order(openid=school.openid(learner))
    assert "sim_unknown_key" in (await school.post(ORDERS, body)).json


async def test_a_late_answer_comes_after_its_delay(school: School, learner: Any) -> None:
    await fault(school, "late", delay_s=0.2)
    body = await school.order(openid=school.openid(learner))
    begun = asyncio.get_running_loop().time()
    await school.post(ORDERS, body)
    assert asyncio.get_running_loop().time() - begun >= 0.2


async def test_a_template_aims_at_every_order_and_a_star_at_every_call(
    school: School, learner: Any
) -> None:
    await fault(school, "500", COMPLETE)
    await fault(school, "429", "GET /v3/payscore/*")
    number = (await school.open_order(learner))["out_order_no"]
    assert await status_of(school, number) == 429
    await school.control.advance(60)
    body = await school.completion()
    await school.refused(f"{ORDERS}/{number}/complete", body, 500, "SYSTEM_ERROR")
    faults = (await school.control.get("/_sim/faults"))["faults"]
    assert [(f["left"], f["fired"]) for f in faults] == [(0, 1), (0, 1)]
    assert (await school.control.call("DELETE", "/_sim/faults"))[0] == 204
    assert (await school.control.get("/_sim/faults"))["faults"] == []
