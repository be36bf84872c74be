"""Whose word it is: read from what a notice or an answer names, and from how it came to us."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.charge import Completion
from models.errors import OutsideFailure
from models.fee_mode import Agreement
from models.merchant import NO_SERVICE, Channel, Origin
from models.notices import FeeLine, RefundRequest, ServiceRequest
from tests.wechat.conftest import channel
from tests.wechat.peer import NOW, Peer, answers
from tests.wechat.test_notices import opened
from wechat.build import Wechat
from wechat.pay.readings import read_origin

DOOR = Origin(merchant_id="wandou", mchid="1900000001")
SUB = "1900000109"


@pytest.mark.parametrize(
    ("event", "content", "named"),
    [
        (
            "PAYSCORE.USER_PAID",
            {"out_order_no": "X1-C", "appid": "wx1", "mchid": "1900000001", "service_id": "s1", "state": "DONE"},
            {"appid": "wx1", "service_id": "s1"},
        ),
        (
            "PAYSCORE.USER_CONFIRM",
            {
                "out_order_no": "X1-C",
                "mchid": "1900000001",
                "sub_mchid": SUB,
                "appid": "wx1",
                "sub_appid": "wx2",
                "service_id": "s1",
                "state": "DOING",
            },
            {"sub_mchid": SUB, "appid": "wx1", "sub_appid": "wx2", "service_id": "s1"},
        ),
        (
            "PAYSCORE.USER_SIGN_PLAN",
            {"merchant_sign_plan_no": "X1-S", "mchid": "1900000001", "sub_mchid": SUB, "service_id": "s1"},
            {"sub_mchid": SUB, "service_id": "s1"},
        ),
        (
            "PAYSCORE.USER_OPEN_SERVICE",
            {"openid": "o", "mch_id": "1900000001", "sub_mch_id": SUB, "service_id": "s1"},
            {"sub_mchid": SUB, "service_id": "s1"},
        ),
        (
            "TRANSACTION.SUCCESS",
            {"out_trade_no": "X1-P", "appid": "wx1", "mchid": "1900000001", "trade_state": "SUCCESS"},
            {"appid": "wx1", "service_id": NO_SERVICE},
        ),
        (
            "TRANSACTION.SUCCESS",
            {"out_trade_no": "X1-P", "sp_appid": "wx1", "sp_mchid": "1900000001", "sub_mchid": SUB},
            {"sub_mchid": SUB, "appid": "wx1", "service_id": NO_SERVICE},
        ),
        (
            "REFUND.SUCCESS",
            {"out_refund_no": "R1", "sp_mchid": "1900000001", "sub_mchid": SUB, "refund_status": "SUCCESS"},
            {"sub_mchid": SUB},
        ),
        ("REFUND.SUCCESS", {"out_refund_no": "R1", "refund_status": "SUCCESS"}, {}),
    ],
)
def test_a_notice_says_whose_it_is(event: str, content: dict[str, Any], named: dict[str, str]) -> None:
    notice = opened(event, content)
    reading = notice.charge or notice.plan or notice.authorization or notice.refund
    assert reading is not None
    assert reading.origin == DOOR.model_copy(update=named)
    assert notice.key.startswith(f"{event}:{reading.origin}:")


def test_what_an_answer_does_not_name_is_what_was_asked_about() -> None:
    asked = channel(sub_mchid=SUB).origin
    assert read_origin({}, asked) == asked
    assert read_origin({"sub_mchid": "1900000110"}, asked).sub_mchid == "1900000110"


REQUEST = ServiceRequest(
    channel=channel(),
    no="X1-C",
    openid="o",
    introduction="课",
    fees=(FeeLine(name="课时费", amount_fen=100),),
    estimate_fen=100,
    need_confirm=False,
)
REFUND = RefundRequest(
    channel=channel(Agreement.PAYMENT), no="R1", transaction_id="42", refund_fen=1, total_fen=2, reason="x"
)
COMPLETION = Completion(amount_fen=100, lessons=1, started_at=NOW, ended_at=NOW)
FEES = (FeeLine(name="课时费", amount_fen=100),)
SERVICE = {"out_order_no": "X1-C", "state": "DOING", "state_description": "USER_CONFIRM"}
PLAN = {"merchant_sign_plan_no": "X1-S", "sign_state": "SIGNED"}

Call = Callable[[Wechat, Channel], Awaitable[object]]
CALLS: dict[str, tuple[Agreement, dict[str, Any], Call]] = {
    "query_service": (Agreement.AUTHORIZATION, SERVICE, lambda w, to: w.pay.query_service(to, "X1-C")),
    "open_service": (
        Agreement.AUTHORIZATION,
        SERVICE,
        lambda w, to: w.pay.open_service(REQUEST.model_copy(update={"channel": to})),
    ),
    "complete_service": (
        Agreement.AUTHORIZATION,
        SERVICE,
        lambda w, to: w.pay.complete_service(to, "X1-C", COMPLETION, FEES),
    ),
    "lower_service": (
        Agreement.AUTHORIZATION,
        SERVICE,
        lambda w, to: w.pay.lower_service(to, "X1-C", FEES, 100, "x"),
    ),
    "sync_paid": (Agreement.AUTHORIZATION, SERVICE, lambda w, to: w.pay.sync_paid(to, "X1-C", NOW)),
    "open_lesson": (
        Agreement.PLAN,
        SERVICE,
        lambda w, to: w.pay.open_lesson(REQUEST.model_copy(update={"channel": to}), "S", 1),
    ),
    "query_plan": (Agreement.PLAN, PLAN, lambda w, to: w.pay.query_plan(to, "X1-S")),
    "stop_plan": (Agreement.PLAN, PLAN, lambda w, to: w.pay.stop_plan(to, "X1-S", "x")),
    "sign_plan": (
        Agreement.PLAN,
        {"package": "p", "sign_plan": PLAN},
        lambda w, to: w.pay.sign_plan(to, "P", "X1-S", "o", ("X1-01",)),
    ),
    "query_authorization": (
        Agreement.AUTHORIZATION,
        {"openid": "o", "authorization_state": "AVAILABLE"},
        lambda w, to: w.pay.query_authorization(to, "o"),
    ),
    "query_payment": (
        Agreement.PAYMENT,
        {"out_trade_no": "X1-P", "trade_state": "SUCCESS"},
        lambda w, to: w.pay.query_payment(to, "X1-P"),
    ),
    "refund": (
        Agreement.PAYMENT,
        {"out_refund_no": "R1", "status": "SUCCESS"},
        lambda w, to: w.pay.refund(REFUND.model_copy(update={"channel": to})),
    ),
    "query_refund": (
        Agreement.PAYMENT,
        {"out_refund_no": "R1", "status": "SUCCESS"},
        lambda w, to: w.pay.query_refund(to, "R1"),
    ),
}
NAMED_OTHERWISE: list[dict[str, Any]] = [
    {"mchid": "1900000002"},
    {"sub_mchid": SUB},
    {"appid": "wxcccccccccccccccc"},
    {"out_order_no": "X9-C", "merchant_sign_plan_no": "X9-S", "out_trade_no": "X9-P", "out_refund_no": "R9"}
    | {"openid": "somebody"},
]


@pytest.mark.parametrize("named", [*NAMED_OTHERWISE, {"service_id": "s9"}])
@pytest.mark.parametrize("call", CALLS)
async def test_an_answer_about_something_else_is_asked_for_again(
    wechat: Wechat, peer: Peer, call: str, named: dict[str, Any]
) -> None:
    agreement, answer, ask = CALLS[call]
    if agreement is Agreement.PAYMENT and "service_id" in named:
        pytest.skip("what belongs to no service names none")
    told = answer | named
    if "sign_plan" in answer:
        told = answer | {"sign_plan": answer["sign_plan"] | named}
    peer.will(answers(told))
    with pytest.raises(OutsideFailure, match=r"wechat_unreadable.*asked.*told_by"):
        await ask(wechat, channel(agreement))


@pytest.mark.parametrize("call", CALLS)
async def test_an_answer_that_names_its_own_is_taken(wechat: Wechat, peer: Peer, call: str) -> None:
    agreement, answer, ask = CALLS[call]
    to = channel(agreement, sub_mchid=SUB, sub_appid="wxbbbbbbbbbbbbbbbb")
    named = {name: value for name, value in to.model_dump(exclude={"merchant_id"}).items() if value}
    told = answer | named
    if "sign_plan" in answer:
        told = answer | {"sign_plan": answer["sign_plan"] | named}
    peer.will(answers(told))
    assert await ask(wechat, to)
