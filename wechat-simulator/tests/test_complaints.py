"""Complaints 2.0: reading, replying, refunds decided, pictures, notices."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA1
from yarl import URL

if TYPE_CHECKING:
    from receiver import Receiver
    from school import School
    from shop import Shop

BASE = "/v3/merchant-service/complaints-v2"
ADDRESS = "/v3/merchant-service/complaint-notifications"
UPLOAD = "/v3/merchant-service/images/upload"
PICTURE = b"\x89PNG\r\n\x1a\n--not a boundary\r\n\r\nbytes"


@pytest.fixture
async def told(shop: Shop, receiver: Receiver) -> Receiver:
    wire = await shop.pay.call("POST", ADDRESS, {"url": receiver.url})
    assert wire.json == {"mchid": shop.mchid, "url": receiver.url}
    return receiver


async def complain(shop: Shop, user: Any, **wish: Any) -> str:
    answer = await shop.control.post(f"/_sim/users/{user['user_id']}/complain", wish)
    await shop.control.advance(0)
    return str(answer["complaint_id"])


async def detail(shop: Shop, number: str) -> Any:
    wire = await shop.pay.call("GET", f"{BASE}/{number}")
    assert wire.status == 200, wire.raw
    return wire.json


async def history(shop: Shop, number: str) -> list[str]:
    wire = await shop.pay.call("GET", f"{BASE}/{number}/negotiation-historys")
    assert wire.json["total_count"] == len(wire.json["data"])
    return [step["operate_type"] for step in wire.json["data"]]


def actions(told: Receiver) -> list[tuple[str, str]]:
    found = []
    for index, event in enumerate(told.events()):
        if event.startswith("COMPLAINT."):
            found.append((event.removeprefix("COMPLAINT."), told.plain(index)["action_type"]))
    return found


async def test_a_complaint_is_told_and_read(shop: Shop, told: Receiver) -> None:
    user = await shop.user()
    paid = await shop.buy(user)
    number = await complain(
        shop, user, transaction_id=paid, detail="重复扣费", phone="13912345678", tags=["TRUSTED"]
    )
    assert actions(told) == [("CREATE", "CREATE_COMPLAINT")]
    assert told.arrivals[-1].envelope["resource"]["original_type"] == "complaint"
    assert told.plain()["complaint_id"] == number
    seen = await detail(shop, number)
    assert (seen["complaint_state"], seen["complaint_detail"]) == ("PENDING", "重复扣费")
    assert seen["complaint_order_info"] == [
        {"transaction_id": paid, "out_trade_no": "PRE-000001", "amount": 9900}
    ]
    assert (seen["complainted_mchid"], seen["payer_openid"]) == (shop.mchid, user["openid"])
    assert (seen["user_complaint_times"], seen["incoming_user_response"]) == (1, True)
    assert (seen["service_order_info"], seen["user_tag_list"]) == ([], ["TRUSTED"])
    sealed = base64.b64decode(seen["payer_phone"])
    phone = shop.pay.key.decrypt(sealed, OAEP(MGF1(SHA1()), SHA1(), None))  # noqa: S303
    assert phone == b"13912345678"
    assert seen["complaint_time"][19:].startswith(".")


async def test_merchant_and_user_talk_until_it_is_handled(shop: Shop, told: Receiver) -> None:
    user = await shop.user()
    number = await complain(shop, user, transaction_id=await shop.buy(user))
    reply = {"complainted_mchid": shop.mchid, "response_content": "已与用户沟通"}
    wire = await shop.pay.call("POST", f"{BASE}/{number}/response", reply)
    assert wire.status == 204
    seen = await detail(shop, number)
    assert (seen["complaint_state"], seen["incoming_user_response"]) == ("PROCESSING", False)
    await complain(shop, user, complaint_id=number, action="respond", text="还没解决")
    assert (await detail(shop, number))["incoming_user_response"] is True
    path, body = f"{BASE}/{number}/complete", {"complainted_mchid": shop.mchid}
    assert (await shop.pay.call("POST", path, body)).status == 204
    assert (await detail(shop, number))["complaint_state"] == "PROCESSED"
    wire = await shop.pay.call("POST", path, body)
    assert (wire.status, wire.json["code"]) == (400, "INVALID_REQUEST")
    await complain(shop, user, complaint_id=number, action="continue")
    seen = await detail(shop, number)
    assert (seen["complaint_state"], seen["user_complaint_times"]) == ("PENDING", 2)
    await complain(shop, user, complaint_id=number, action="apply_platform_service")
    assert (await detail(shop, number))["in_platform_service"] is True
    await complain(shop, user, complaint_id=number, action="finish_platform_service")
    assert (await detail(shop, number))["in_platform_service"] is False
    assert [action for _, action in actions(told)] == [
        "CREATE_COMPLAINT",
        "MERCHANT_RESPONSE",
        "USER_RESPONSE",
        "MERCHANT_CONFIRM_COMPLETE",
        "CONTINUE_COMPLAINT",
        "USER_APPLY_PLATFORM_SERVICE",
        "PLATFORM_SERVICE_FINISHED",
    ]
    assert {kind for kind, _ in actions(told)[1:]} == {"STATE_CHANGE"}
    assert await history(shop, number) == [
        "USER_CREATE_COMPLAINT",
        "MERCHANT_RESPONSE",
        "USER_RESPONSE",
        "MERCHANT_CONFIRM_COMPLETE",
        "USER_CONTINUE_COMPLAINT",
        "USER_APPLY_PLATFORM_SERVICE",
        "PLATFORM_SERVICE_FINISHED",
    ]


async def test_a_refund_asked_for_is_approved_and_arrives(shop: Shop, told: Receiver) -> None:
    user = await shop.user()
    paid = await shop.buy(user)
    number = await complain(shop, user, transaction_id=paid, problem_type="REFUND")
    assert (await detail(shop, number))["apply_refund_amount"] == 9900
    path = f"{BASE}/{number}/update-refund-progress"
    body = {"action": "APPROVE", "launch_refund_day": 0, "remark": "好"}
    assert (await shop.pay.call("POST", path, body)).status == 204
    assert (await detail(shop, number))["complaint_state"] == "PROCESSING"
    await shop.refund(paid, 9900, notify_url=None)
    await shop.control.advance(10)
    seen = await detail(shop, number)
    assert (seen["complaint_state"], seen["complaint_full_refunded"]) == ("PROCESSED", True)
    assert [action for _, action in actions(told)][1:] == [
        "MERCHANT_APPROVE_REFUND",
        "REFUND_SUCCESS",
        "SELLER_REFUND",
    ]
    assert (await history(shop, number))[-1] == "COMPLAINT_FULL_REFUNDED_SYSTEM_MESSAGE"


async def test_a_refund_asked_for_is_rejected_with_a_reason(shop: Shop, told: Receiver) -> None:
    user = await shop.user()
    number = await complain(shop, user, transaction_id=await shop.buy(user), problem_type="REFUND")
    path = f"{BASE}/{number}/update-refund-progress"
    wire = await shop.pay.call("POST", path, {"action": "REJECT"})
    assert (wire.status, "“/body/reject_reason”" in wire.json["message"]) == (400, True)
    body = {"action": "REJECT", "reject_reason": "课已上完"}
    assert (await shop.pay.call("POST", path, body)).status == 204
    await shop.control.advance(0)
    assert actions(told)[-1] == ("STATE_CHANGE", "MERCHANT_REJECT_REFUND")
    assert (await history(shop, number))[-1] == "MERCHANT_REFUSE_RERUND"
    plain = await complain(shop, user, transaction_id=await shop.buy(user, "PRE-000002"))
    wire = await shop.pay.call("POST", f"{BASE}/{plain}/update-refund-progress", body)
    assert (wire.status, wire.json["code"]) == (400, "INVALID_REQUEST")


async def test_a_service_order_may_be_complained_about_before_and_after_its_payment(
    school: School, shop: Shop
) -> None:
    user = await school.control.user(balance_fen=0)
    await school.authorize(user)
    order = (await school.open_order(user))["out_order_no"]
    number = await complain(shop, user, out_order_no=order)
    seen = await detail(shop, number)
    assert [info["state"] for info in seen["service_order_info"]] == ["DOING"]
    assert seen["complaint_order_info"] == []
    await school.complete(order)
    await school.control.advance(30)
    assert (await detail(shop, number))["service_order_info"][0]["state"] == "WAITPAY"
    await school.control.post(f"/_sim/users/{user['user_id']}/top-up", {"amount_fen": 9900})
    await school.control.advance(7 * 3600)
    seen = await detail(shop, number)
    assert seen["service_order_info"][0]["state"] == "DONE"
    assert seen["complaint_order_info"][0]["amount"] == 9900


async def test_complaints_are_listed_by_beijing_days(shop: Shop) -> None:
    user = await shop.user()
    paid = await shop.buy(user)
    numbers = [await complain(shop, user, transaction_id=paid) for _ in range(3)]
    now = datetime.fromisoformat((await shop.control.get("/_sim/clock"))["now"])
    today = now.astimezone(timezone(timedelta(hours=8))).date()
    path = f"{BASE}?begin_date={today}&end_date={today}"
    wire = await shop.pay.call("GET", f"{path}&limit=2&offset=1")
    assert [item["complaint_id"] for item in wire.json["data"]] == numbers[1:]
    assert (wire.json["limit"], wire.json["offset"], wire.json["total_count"]) == (2, 1, 3)
    assert len((await shop.pay.call("GET", path)).json["data"]) == 3
    before = today - timedelta(days=31)
    for query, status in (
        (f"begin_date={before}&end_date={before}", 200),
        (f"begin_date={before}&end_date={today}", 400),
        (f"begin_date={today}", 400),
        (f"begin_date={today}&end_date={today}&limit=51", 400),
        (f"begin_date={today}&end_date={today}&complainted_mchid=1900000002", 403),
    ):
        wire = await shop.pay.call("GET", f"{BASE}?{query}")
        assert wire.status == status, query
        assert status != 200 or wire.json["total_count"] == 0


async def test_replies_of_wrong_form_are_refused(shop: Shop) -> None:
    user = await shop.user()
    number = await complain(shop, user, transaction_id=await shop.buy(user))
    good = {"complainted_mchid": shop.mchid, "response_content": "好"}
    for change in (
        {"response_content": "好" * 201},
        {"response_content": None},
        {"complainted_mchid": "1900000002"},
        {"response_images": ["unknown"]},
        {"jump_url": "https://example.com"},
        {"mini_program_jump_info": {"appid": "wx1"}},
    ):
        wire = await shop.pay.call("POST", f"{BASE}/{number}/response", good | change)
        assert (wire.status, wire.json["code"]) == (400, "PARAM_ERROR"), change
    wire = await shop.pay.call("GET", f"{BASE}/200201820200101080076610000")
    assert (wire.status, wire.json["code"]) == (404, "RESOURCE_NOT_EXISTS")


async def test_immediate_service_is_answered_once_per_idempotent_id(shop: Shop) -> None:
    user = await shop.user()
    paid = await shop.buy(user)
    body = {
        "complainted_mchid": shop.mchid,
        "idempotent_id": "answer-1",
        "message": {"blocks": [{"type": "TEXT", "text": {"text": "您好"}}]},
    }
    number = await complain(shop, user, transaction_id=paid, need_immediate_service=True)
    path = f"{BASE}/{number}/response-immediate-service"
    wires = [await shop.pay.call("POST", path, body) for _ in range(2)]
    assert [wire.status for wire in wires] == [200, 200]
    assert wires[0].json == wires[1].json
    assert (await history(shop, number)).count("MERCHANT_RESPONSE") == 1
    steps = (await shop.pay.call("GET", f"{BASE}/{number}/negotiation-historys")).json["data"]
    assert wires[0].json == {"log_id": steps[-1]["log_id"]}
    silent = body | {"idempotent_id": "x" * 128, "message": {}}
    assert (await shop.pay.call("POST", path, silent)).status == 200
    silent |= {"idempotent_id": "x" * 129}
    assert (await shop.pay.call("POST", path, silent)).status == 400
    plain = await complain(shop, user, transaction_id=paid)
    path = f"{BASE}/{plain}/response-immediate-service"
    wire = await shop.pay.call("POST", path, body)
    assert (wire.status, wire.json["code"]) == (400, "INVALID_REQUEST")


async def upload(shop: Shop, name: str, digest: str | None = None) -> Any:
    shown = digest or hashlib.sha256(PICTURE).hexdigest()
    meta = json.dumps({"filename": name, "sha256": shown})
    headers = await shop.pay.headers("POST", UPLOAD, meta.encode())
    del headers["Content-Type"]
    form = aiohttp.FormData()
    form.add_field("meta", meta, content_type="application/json")
    form.add_field("file", PICTURE, filename=name, content_type="image/png")
    url = URL(shop.control.url + UPLOAD)
    async with shop.pay.http.post(url, data=form, headers=headers) as answer:
        raw = await answer.read()
        shop.pay.verify(answer.headers, raw)
        return answer.status, json.loads(raw)


async def test_pictures_are_uploaded_signed_by_their_meta_alone(shop: Shop) -> None:
    status, answer = await upload(shop, "proof.png")
    assert status == 200, answer
    media_id = answer["media_id"]
    user = await shop.user()
    image = base64.b64encode(PICTURE).decode()
    number = await complain(shop, user, transaction_id=await shop.buy(user), images=[image])
    reply = {
        "complainted_mchid": shop.mchid,
        "response_content": "见图",
        "response_images": [media_id],
    }
    assert (await shop.pay.call("POST", f"{BASE}/{number}/response", reply)).status == 204
    (media,) = (await detail(shop, number))["complaint_media_list"]
    assert media["media_type"] == "USER_COMPLAINT_IMAGE"
    steps = (await shop.pay.call("GET", f"{BASE}/{number}/negotiation-historys")).json["data"]
    for url in (media["media_url"][0], steps[1]["complaint_media_list"]["media_url"][0]):
        path = url.removeprefix(shop.control.url)
        assert (await shop.pay.call("GET", path, unverified=True)).raw == PICTURE
    for name, digest in (("proof.gif", None), ("proof.png", "0" * 64)):
        status, answer = await upload(shop, name, digest)
        assert (status, answer["code"]) == (400, "PARAM_ERROR")
    wire = await shop.pay.call("GET", "/v3/merchant-service/images/unknown")
    assert wire.status == 404


async def test_the_address_is_created_changed_read_and_deleted(shop: Shop) -> None:
    for method in ("GET", "PUT", "DELETE"):
        body = {"url": "https://example.com/a"} if method == "PUT" else None
        assert (await shop.pay.call(method, ADDRESS, body)).status == 404
    for url in ("http://example.com/a", "https://example.com/a?b=1", ""):
        assert (await shop.pay.call("POST", ADDRESS, {"url": url})).status == 400
    assert (await shop.pay.call("POST", ADDRESS, {"url": "https://example.com/a"})).status == 200
    assert (await shop.pay.call("POST", ADDRESS, {"url": "https://example.com/b"})).status == 400
    wire = await shop.pay.call("PUT", ADDRESS, {"url": "https://example.com/b"})
    assert wire.json["url"] == "https://example.com/b"
    assert (await shop.pay.call("GET", ADDRESS)).json == wire.json
    assert (await shop.pay.call("DELETE", ADDRESS)).status == 204
    assert (await shop.pay.call("GET", ADDRESS)).status == 404


async def test_complaint_notices_have_their_own_schedule(shop: Shop, told: Receiver) -> None:
    user = await shop.user()
    paid = await shop.buy(user)
    told.statuses = [500] * 100
    await complain(shop, user, transaction_id=paid)
    await shop.control.advance(2000)
    sent = [
        int(arrival.headers["Wechatpay-Timestamp"])
        for arrival in told.arrivals
        if arrival.envelope["event_type"] == "COMPLAINT.CREATE"
    ]
    assert [b - a for a, b in pairwise(sent)][:13] == [5, *[60] * 10, 300, 300]


async def test_a_user_complains_about_something_of_his_own(shop: Shop) -> None:
    user, other = await shop.user(), await shop.user()
    paid = await shop.buy(user)
    path = f"/_sim/users/{other['user_id']}/complain"
    for wish in (
        {"transaction_id": paid},
        {"out_order_no": "LSN-1"},
        {"out_trade_no": "PRE-000001"},
        {},
    ):
        assert (await shop.control.call("POST", path, wish))[0] == 400
    number = await complain(shop, user, out_trade_no="PRE-000001")
    status, _ = await shop.control.call("POST", path, {"complaint_id": number, "action": "respond"})
    assert status == 404
    path = path.replace(other["user_id"], user["user_id"])
    for wish in ({"complaint_id": number, "action": "sing"}, {"problem_type": "X"}):
        assert (await shop.control.call("POST", path, wish))[0] == 400
