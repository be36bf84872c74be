"""Every kind of fault at every endpoint, and on every notice there is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from yarl import URL

from merchant_client import Wire
from story import everything
from wechat_simulator.faults import BAD_SIGNATURES, ENDPOINT_AFTER, ENDPOINT_BEFORE
from wechat_simulator.surface import Plane
from wechat_simulator.surfaces import registry

if TYPE_CHECKING:
    from receiver import Receiver
    from school import School
    from shop import Shop

# one call of every family; the wire is bent whatever the answer is
REPRESENTATIVES = (
    "GET /v3/certificates",
    "POST /v3/payscore/permissions",
    "POST /v3/payscore/serviceorder",
    "POST /v3/payscore/serviceorder/{out_order_no}/complete",
    "POST /v3/payscore/plan/payscore-plans",
    "POST /v3/payscore/sign-plan/user-sign-plans",
    "POST /v3/payscore/partner/serviceorder",
    "POST /v3/pay/transactions/jsapi",
    "POST /v3/refund/domestic/refunds",
    "GET /v3/bill/tradebill",
    "GET /v3/payscore/merchant-bill",
    "GET /v3/merchant-service/complaints-v2",
    "GET /cgi-bin/token",
    "GET /sns/jscode2session",
    "POST /cgi-bin/message/subscribe/send",
    "POST /cgi-bin/message/custom/send",
    "POST /cgi-bin/webhook/send",
)
STATUSES = {"500": 500, "429": 429, "502_html": 502, "error": 418}
SILENT = frozenset({"lost", "cut", "hang", "timeout_after_effect"})
EVENTS = {
    *(f"PAYSCORE.{name}" for name in ("USER_OPEN_SERVICE", "USER_CLOSE_SERVICE", "USER_CONFIRM")),
    *(f"PAYSCORE.{name}" for name in ("USER_PAID", "USER_SIGN_PLAN", "USER_CANCEL_SIGN_PLAN")),
    *("TRANSACTION.SUCCESS", "REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"),
    *("COMPLAINT.CREATE", "COMPLAINT.STATE_CHANGE"),
}


async def ask(school: School, target: str) -> Wire:
    method, _, path = target.partition(" ")
    url = path.replace("{", "").replace("}", "")
    body: dict[str, Any] | None = {} if method == "POST" else None
    if url.startswith("/v3/"):
        return await school.pay.call(method, url, body, unverified=True)
    address = URL(school.control.url + url)
    async with school.control.http.request(method, address, json=body) as answer:
        return Wire(answer.status, answer.headers.copy(), await answer.read())


async def observe(school: School, kind: str, target: str) -> None:
    if kind in SILENT:
        with pytest.raises(aiohttp.ClientError):
            await ask(school, target)
        return
    wire = await ask(school, target)
    assert wire.status == STATUSES.get(kind, wire.status) != 404, (kind, target, wire.raw)
    if kind in BAD_SIGNATURES:
        sent = int(wire.headers["Wechatpay-Timestamp"])
        stale = await school.pay.seconds() - sent > 300
        assert school.pay.verifies(wire.headers, wire.raw) is stale is (kind == "stale_timestamp")
    elif kind == "unknown_keys":
        assert "sim_unknown_key" in wire.json
    elif kind == "string_numbers":
        assert "errcode" not in wire.json or isinstance(wire.json["errcode"], str)


@pytest.mark.parametrize("kind", sorted(ENDPOINT_BEFORE | ENDPOINT_AFTER))
async def test_each_kind_at_one_endpoint_of_each_family(school: School, kind: str) -> None:
    unsigned = kind in BAD_SIGNATURES | {"mch_id_spelling"}
    times = 2 if kind in SILENT else 1  # aiohttp repeats a GET whose connection was cut
    wish = {"kind": kind, "status": 418, "hold_s": 0, "delay_s": 0, "times": times}
    for target in REPRESENTATIVES:
        status, _ = await school.control.call("POST", "/_sim/faults", wish | {"target": target})
        if unsigned and " /v3/" not in target:
            assert status == 400, (kind, target)
            continue
        assert status == 200, (kind, target)
        await observe(school, kind, target)
        fired = (await school.control.get("/_sim/faults"))["faults"][-1]["fired"]
        assert 1 <= fired <= times, (kind, target)
        await school.control.call("DELETE", "/_sim/faults")


async def test_each_endpoint_can_fail(school: School) -> None:
    for route in registry().routes:
        if route.plane is not Plane.CONTROL and route.method != "*":
            wish = {"target": route.target, "kind": "429"}
            await school.control.post("/_sim/faults", wish)
            assert (await ask(school, route.target)).status == 429, route.target


async def test_the_control_plane_never_fails(school: School) -> None:
    await school.control.post("/_sim/faults", {"target": "GET /*", "kind": "500", "times": 9})
    await school.control.get("/_sim/ledger")
    wish = {"target": "GET /_sim/ledger", "kind": "500"}
    assert (await school.control.call("POST", "/_sim/faults", wish))[0] == 400


@pytest.mark.parametrize(
    "wish", [{"kind": "lost", "times": 0}, {"kind": "late", "delay_s": "soon"}]
)
async def test_a_fault_with_impossible_options_is_refused(school: School, wish: Any) -> None:
    status, _ = await school.control.call("POST", "/_sim/faults", {"target": "notice:*", **wish})
    assert status == 400


async def notices(school: School) -> list[Any]:
    return list((await school.control.get("/_sim/notices"))["notices"])


@pytest.mark.parametrize("kind", ["lost", "lost_once", "late", "twice", "reordered"])
async def test_each_notice_can_meet_each_fate(school: School, shop: Shop, kind: str) -> None:
    wish = {"target": "notice:*", "kind": kind, "times": 50, "delay_s": 10_000}
    await school.control.post("/_sim/faults", wish)
    await everything(school, shop)
    told = await notices(school)
    assert {notice["event_type"] for notice in told} == EVENTS
    if kind == "lost":
        assert {notice["state"] for notice in told} == {"lost"}
        assert school.receiver.arrivals == []
        return
    await school.control.call("DELETE", "/_sim/faults")
    await school.control.advance(20_000)
    assert {notice["state"] for notice in await notices(school)} == {"delivered"}
    copies = 2 if kind == "twice" else 1
    assert len(school.receiver.arrivals) == copies * len(told)
    assert set(school.receiver.events()) == EVENTS


def right(receiver: Receiver, index: int) -> bool:
    arrival = receiver.arrivals[index]
    return receiver.pay.verifies(arrival.headers, arrival.raw)


@pytest.mark.parametrize(
    "kind",
    [
        *("wrong_amount", "string_numbers", "unknown_keys", "mch_id_spelling"),
        *("empty_associated_data", *sorted(BAD_SIGNATURES)),
    ],
)
async def test_each_notice_can_be_bent(school: School, shop: Shop, kind: str) -> None:
    await school.control.post("/_sim/faults", {"target": "notice:*", "kind": kind, "times": 50})
    await everything(school, shop)
    assert set(school.receiver.events()) == EVENTS
    true_plain = {notice["id"]: notice["plaintext"] for notice in await notices(school)}
    for index, arrival in enumerate(school.receiver.arrivals):
        assert right(school.receiver, index) is (kind not in BAD_SIGNATURES - {"stale_timestamp"})
        plain, meant = school.receiver.plain(index), true_plain[arrival.envelope["id"]]
        assert check(kind, plain, meant, arrival.envelope), (kind, plain)


def check(kind: str, plain: Any, meant: Any, envelope: Any) -> bool:
    match kind:
        case "unknown_keys":
            return "sim_unknown_key" in plain and "sim_unknown_key" in envelope
        case "mch_id_spelling":
            return ("mchid" in meant) == ("mch_id" in plain)
        case "wrong_amount":
            return bool(("amount" in json.dumps(meant)) == (plain != meant))
        case "string_numbers":
            return {type(value) for value in plain.values()}.isdisjoint({int})
        case "empty_associated_data":
            return bool(envelope["resource"]["associated_data"] == "")
        case _:
            return bool(plain == meant)
