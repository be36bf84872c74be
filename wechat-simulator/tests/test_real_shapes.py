"""Answers and notices in the shape that merchants see them, not the one that is convenient."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError

from school import ORDERS

if TYPE_CHECKING:
    from receiver import Receiver
    from school import School
    from shop import Shop

CREATE, COMPLETE = f"POST {ORDERS}", f"POST {ORDERS}/{{out_order_no}}/complete"


async def test_an_order_id_has_31_digits_that_carry_its_second(
    school: School, learner: Any
) -> None:
    second = await school.digits()
    body = await school.order(openid=school.openid(learner))
    order_id = (await school.post(ORDERS, body)).json["order_id"]
    assert re.fullmatch(r"1000000000\d{21}", order_id)
    assert order_id[10:24] == second


async def test_a_package_is_long_and_url_safe(school: School) -> None:
    package = (await school.post(ORDERS, await school.need_confirm_order())).json["package"]
    assert re.fullmatch(r"[0-9A-Za-z_-]{200,300}", package)


async def test_what_an_order_lacks_is_an_empty_list_or_text(school: School, learner: Any) -> None:
    body = await school.order(openid=school.openid(learner), post_payments=..., attach=...)
    shown = (await school.post(ORDERS, body)).json
    asked = await school.query(body["out_order_no"])
    for plain in (shown, asked):
        assert (plain["post_payments"], plain["post_discounts"], plain["attach"]) == ([], [], "")
    await school.control.post("/_sim/switches", {"empty_members": False})
    asked = await school.query(body["out_order_no"])
    assert not {"post_payments", "post_discounts", "attach"} & set(asked)


async def test_a_notice_has_a_request_id(school: School) -> None:
    user = await school.control.user()
    await school.authorize(user)
    found = school.receiver.arrivals[-1].headers["Request-ID"]
    assert re.fullmatch(r"[0-9A-F]{32}-0", found)


async def test_created_is_an_answer_in_authorization_mode_and_means_failure(
    school: School, learner: Any
) -> None:
    await school.control.post("/_sim/faults", {"target": CREATE, "kind": "created"})
    body = await school.order(openid=school.openid(learner))
    failed = (await school.post(ORDERS, body)).json
    assert (failed["state"], "state_description" in failed, "package" in failed) == (
        "CREATED",
        False,
        False,
    )
    number = body["out_order_no"]
    assert (await school.query(number))["state"] == "CREATED"
    completion = await school.completion()
    await school.refused(f"{ORDERS}/{number}/complete", completion, 400, "INVALID_REQUEST")
    again = (await school.post(ORDERS, body)).json
    assert (again["state"], again["order_id"]) == ("DOING", failed["order_id"])


async def test_created_means_nothing_elsewhere(school: School) -> None:
    for target in (COMPLETE, "notice:PAYSCORE.USER_PAID", "GET /cgi-bin/token"):
        wish = {"target": target, "kind": "created"}
        assert (await school.control.call("POST", "/_sim/faults", wish))[0] == 400


async def test_a_repeated_completion_says_done_without_a_collection(
    school: School, learner: Any
) -> None:
    """The first answer is lost and the notice too; the repeat does not say how it was paid."""
    number = (await school.open_order(learner))["out_order_no"]
    await school.control.advance(60)
    lost = {"target": COMPLETE, "kind": "timeout_after_effect", "hold_s": 0}
    await school.control.post("/_sim/faults", lost)
    await school.control.post(
        "/_sim/faults", {"target": "notice:PAYSCORE.USER_PAID", "kind": "lost"}
    )
    body = await school.completion()
    path = f"{ORDERS}/{number}/complete"
    with suppress(ClientError):
        await school.post(path, body)
    await school.control.advance(3600)
    repeated = (await school.post(path, body)).json
    assert (repeated["state"], repeated["total_amount"]) == ("DONE", 9900)
    assert "collection" not in repeated
    assert school.receiver.arrivals == []
    paid = (await school.query(number))["collection"]["details"][0]
    assert paid["transaction_id"]


async def test_a_reply_to_a_complaint_has_typed_pictures(shop: Shop, receiver: Receiver) -> None:
    del receiver
    user = await shop.user()
    wish = {"transaction_id": await shop.buy(user)}
    made = await shop.control.post(f"/_sim/users/{user['user_id']}/complain", wish)
    path = f"/v3/merchant-service/complaints-v2/{made['complaint_id']}/response"
    reply = {"complainted_mchid": shop.mchid, "response_content": "已退款"}
    for images in ("one.png", [{"media_id": "1"}], [7], ["m"] * 5, {"0": "m"}):
        wire = await shop.pay.call("POST", path, reply | {"response_images": images})
        assert (wire.status, wire.json["code"]) == (400, "PARAM_ERROR"), images
    assert (await shop.pay.call("POST", path, reply | {"response_images": []})).status == 204
