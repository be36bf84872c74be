"""Authorizations and service orders, direct and for a partner, as they go over the wire."""

from datetime import timedelta, timezone
from typing import Any

import pytest

from models.base import Fen
from models.charge import ChannelState, Completion
from models.errors import Conflict, Declined, InvalidInput, OutsideFailure
from models.fee_mode import Agreement
from models.merchant import Channel
from models.notices import FeeLine, ServiceRequest
from tests.wechat.conftest import channel
from tests.wechat.peer import NOW, Peer, answers, refuses
from tests.wechat.vectors import API_V2_KEY
from wechat.build import Wechat
from wechat.pay.signing import jump_sign

SUB_APPID = "wxbbbbbbbbbbbbbbbb"
DIRECT = channel()
PARTNER = channel(sub_mchid="1900000109")
PARTNER_APP = channel(sub_mchid="1900000109", sub_appid=SUB_APPID)
SERVICE = DIRECT.service_id
NOTIFY = "https://learn.example.com/wechat/pay/notices"
CREATED = {"out_order_no": "X1-C", "state": "DOING", "state_description": "USER_CONFIRM", "order_id": "W1"}
WAITING = {"state": "DOING", "state_description": "MCH_COMPLETE", "collection": {"state": "USER_PAYING"}}
COMPLETION = Completion(
    amount_fen=69300, lessons=7, started_at=NOW - timedelta(days=30), ended_at=NOW - timedelta(seconds=2)
)
FEES = (FeeLine(name="课时费", amount_fen=69300, description="7 节", count=7),)


def request(to: Channel = DIRECT, *, need_confirm: bool = False, estimate_fen: Fen = 198000) -> ServiceRequest:
    return ServiceRequest(
        channel=to,
        no="X1-C",
        openid="o1",
        introduction="豌豆思维数学思维训练课程二十节体验版长名字",
        fees=(FeeLine(name="课时费", amount_fen=198000, description="共 20 节，按实际上课收取"),),
        estimate_fen=estimate_fen,
        need_confirm=need_confirm,
        attach="order=X1&x",
    )


async def test_opening_a_service_order_without_confirmation(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(CREATED | {"time_range": {"start_time": "20260302120506"}}))
    reading, page = await wechat.pay.open_service(request())
    assert page is None
    assert (reading.state, reading.order_id) == (ChannelState.IN_SERVICE, "W1")
    assert reading.started_at == NOW
    assert peer.last.target == "/v3/payscore/serviceorder"
    assert peer.last.body == {
        "service_id": SERVICE,
        "appid": DIRECT.appid,
        "out_order_no": "X1-C",
        "service_introduction": "豌豆思维数学思维训练课程二十节体验版长名",
        "time_range": {"start_time": "OnAccept"},
        "risk_fund": {"name": "ESTIMATE_ORDER_COST", "amount": 198000},
        "need_user_confirm": False,
        "post_payments": [{"name": "课时费", "amount": 198000, "count": 1, "description": "共 20 节，按实际上课收取"}],
        "attach": "order%3DX1%26x",
        "notify_url": f"{NOTIFY}/direct",
        "openid": "o1",
    }


async def test_opening_the_same_service_order_again_sends_the_same_bytes(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(CREATED))
    await wechat.pay.open_service(request())
    await wechat.pay.open_service(request())
    assert peer.received[0].raw == peer.received[1].raw


async def test_with_confirmation_the_page_comes_along_and_the_openid_stays_away(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(CREATED | {"state": "CREATED", "package": "OPAQUE"}))
    reading, page = await wechat.pay.open_service(request(need_confirm=True))
    assert reading.state is ChannelState.AWAITING_LEARNER
    assert page is not None
    assert page.params == {"businessType": "wxpayScoreUse", "extraData": {"package": "OPAQUE"}}
    assert peer.last.body["need_user_confirm"] is True
    assert "openid" not in peer.last.body


async def test_an_order_the_learner_has_confirmed_needs_no_page_any_more(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(CREATED))
    reading, page = await wechat.pay.open_service(request(need_confirm=True))
    assert (reading.state, page) == (ChannelState.IN_SERVICE, None)


@pytest.mark.parametrize(("to", "person"), [(PARTNER, {"openid": "o1"}), (PARTNER_APP, {"sub_openid": "o1"})])
async def test_a_partner_names_the_school_and_knows_the_learner_by_one_app(
    wechat: Wechat, peer: Peer, to: Channel, person: dict[str, str]
) -> None:
    peer.will(answers(CREATED))
    await wechat.pay.open_service(request(to))
    assert peer.last.target == "/v3/payscore/partner/serviceorder"
    assert peer.last.authorization["mchid"] == to.mchid
    sent = {k: v for k, v in peer.last.body.items() if k in {"openid", "sub_openid", "sub_mchid", "sub_appid", "appid"}}
    app = {"sub_appid": to.sub_appid} if to.sub_appid else {}
    assert sent == {"appid": to.appid, "sub_mchid": "1900000109"} | app | person


async def test_an_estimate_above_the_services_cap_is_refused_before_it_is_sent(wechat: Wechat, peer: Peer) -> None:
    with pytest.raises(Declined, match="wechat_amount_above_cap"):
        await wechat.pay.open_service(request(estimate_fen=1_000_001))
    assert peer.received == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (271300099, "wechat_assessment_declined"),
        (271299627, "wechat_overdue_orders"),
        (268560785, "wechat_payment_limited"),
    ],
)
async def test_wechats_no_to_a_learner_is_named(wechat: Wechat, peer: Peer, number: int, code: str) -> None:
    peer.will(refuses(400, "INVALID_REQUEST", "综合评估未通过", number))
    with pytest.raises(Declined) as caught:
        await wechat.pay.open_service(request())
    assert (caught.value.code, caught.value.detail["who"]) == (code, "learner")


async def test_a_lost_authorization_is_told_apart_from_a_missing_right(wechat: Wechat, peer: Peer) -> None:
    no_right = refuses(403, "NO_AUTH", "商户暂无权限使用此服务")
    peer.will(no_right, refuses(404, "ORDER_NOT_EXIST"))
    with pytest.raises(Declined, match="wechat_not_authorized"):
        await wechat.pay.open_service(request())
    peer.will(no_right, answers({"service_id": SERVICE, "authorization_state": "UNAVAILABLE"}))
    with pytest.raises(Declined, match="wechat_not_authorized"):
        await wechat.pay.open_service(request())
    peer.will(no_right, answers({"service_id": SERVICE, "authorization_state": "AVAILABLE"}))
    with pytest.raises(Declined, match="wechat_no_permission"):
        await wechat.pay.open_service(request())


@pytest.mark.parametrize(
    ("to", "target"),
    [
        (DIRECT, f"/v3/payscore/serviceorder?service_id={SERVICE}&appid={DIRECT.appid}&out_order_no=X1-C"),
        (PARTNER, f"/v3/payscore/partner/serviceorder?service_id={SERVICE}&sub_mchid=1900000109&out_order_no=X1-C"),
    ],
)
async def test_asking_for_a_service_order(wechat: Wechat, peer: Peer, to: Channel, target: str) -> None:
    peer.will(answers(CREATED))
    assert await wechat.pay.query_service(to, "X1-C") is not None
    assert peer.last.target == target
    peer.will(refuses(404, "ORDER_NOT_EXIST", "", 271317510))
    assert await wechat.pay.query_service(to, "X1-C") is None


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"state": "CREATED"}, ChannelState.AWAITING_LEARNER),
        ({"state": "DOING", "state_description": "USER_CONFIRM"}, ChannelState.IN_SERVICE),
        (WAITING, ChannelState.DEDUCTING),
        ({"state": "DONE", "collection": {"state": "USER_PAID"}}, ChannelState.PAID),
        ({"state": "DONE", "total_amount": 0}, ChannelState.PAID),
        ({"state": "REVOKED"}, ChannelState.CANCELLED),
        ({"state": "EXPIRED"}, ChannelState.EXPIRED),
        ({"state": "FINISHED"}, ChannelState.UNKNOWN),
        ({"state": "DOING", "state_description": "WAIT_PAY"}, ChannelState.UNKNOWN),
        ({"state": "DONE", "collection": {"state": "USER_PAYING"}}, ChannelState.UNKNOWN),
        ({}, ChannelState.UNKNOWN),
        ({"state": None, "collection": None, "time_range": None, "total_amount": True}, ChannelState.UNKNOWN),
    ],
)
async def test_the_state_is_read_from_three_words_together(
    wechat: Wechat, peer: Peer, told: dict[str, Any], state: ChannelState
) -> None:
    peer.will(answers({"out_order_no": "X1-C"} | told))
    reading = await wechat.pay.query_service(DIRECT, "X1-C")
    assert reading is not None
    assert reading.state is state


@pytest.mark.parametrize("answer", [{"out_order_no": "SOMEBODY-ELSES"}, {}])
async def test_an_answer_about_another_order_is_not_taken(wechat: Wechat, peer: Peer, answer: dict[str, Any]) -> None:
    peer.will(answers(answer | {"state": "DONE"}))
    with pytest.raises(OutsideFailure, match="wechat_unreadable"):
        await wechat.pay.query_service(DIRECT, "X1-C")


async def test_completing_asks_for_the_exact_sum_with_beijing_times(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(CREATED | {"state_description": "MCH_COMPLETE", "total_amount": 69300, "need_collection": True}))
    reading = await wechat.pay.complete_service(DIRECT, "X1-C", COMPLETION, FEES)
    assert (reading.state, reading.total_fen) == (ChannelState.DEDUCTING, 69300)
    assert peer.last.target == "/v3/payscore/serviceorder/X1-C/complete"
    assert peer.last.body == {
        "service_id": SERVICE,
        "appid": DIRECT.appid,
        "post_payments": [{"name": "课时费", "amount": 69300, "count": 7, "description": "7 节"}],
        "total_amount": 69300,
        "time_range": {"start_time": "20260131120506", "end_time": "20260302120504"},
    }


async def test_lines_that_do_not_sum_to_the_amount_are_never_sent(wechat: Wechat, peer: Peer) -> None:
    with pytest.raises(InvalidInput, match="fee_sum_mismatch"):
        await wechat.pay.complete_service(DIRECT, "X1-C", COMPLETION, (FeeLine(name="课时费", amount_fen=69299),))
    assert peer.received == []


async def test_names_of_fee_lines_are_fitted_and_told_apart(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(CREATED))
    long = "数学思维" * 6
    fees = (
        FeeLine(name=long, amount_fen=30000),
        FeeLine(name=long + "（二）", amount_fen=39299),
        FeeLine(name="a 😀", amount_fen=1),
    )
    await wechat.pay.complete_service(DIRECT, "X1-C", COMPLETION, fees)
    assert [line["name"] for line in peer.last.body["post_payments"]] == [long[:20], f"{long[:18]} 2", "a"]


async def test_after_a_partners_completion_the_order_is_asked_for(wechat: Wechat, peer: Peer) -> None:
    deducting = CREATED | WAITING
    peer.will(answers(status=204), answers(deducting))
    reading = await wechat.pay.complete_service(PARTNER, "X1-C", COMPLETION, FEES)
    assert reading.state is ChannelState.DEDUCTING
    completed = peer.received[0]
    assert completed.target == "/v3/payscore/partner/serviceorder/X1-C/complete"
    assert "appid" not in completed.body
    assert completed.body["sub_mchid"] == "1900000109"


@pytest.mark.parametrize(("to", "reply"), [(DIRECT, answers({"order_id": "W1"})), (PARTNER, answers(status=204))])
async def test_cancelling(wechat: Wechat, peer: Peer, to: Channel, reply: Any) -> None:
    peer.will(reply)
    await wechat.pay.cancel_service(to, "X1-C", "未产生应付课时费")
    assert peer.last.target.endswith("serviceorder/X1-C/cancel")
    assert peer.last.body["reason"] == "未产生应付课时费"
    assert len(peer.received) == 1


async def test_cancelling_what_is_cancelled_is_done(wechat: Wechat, peer: Peer) -> None:
    peer.will(refuses(400, "ORDER_CANCELED"), answers(CREATED | {"state": "REVOKED"}))
    await wechat.pay.cancel_service(DIRECT, "X1-C", "x")


@pytest.mark.parametrize("code", ["ORDER_DONE", "INVALID_ORDER_STATE"])
async def test_cancelling_what_is_paid_is_a_conflict(wechat: Wechat, peer: Peer, code: str) -> None:
    peer.will(refuses(400, code), answers(CREATED | {"state": "DONE", "collection": {"state": "USER_PAID"}}))
    with pytest.raises(Conflict, match="wechat_state"):
        await wechat.pay.cancel_service(DIRECT, "X1-C", "x")


async def test_a_deduction_in_flight_is_named(wechat: Wechat, peer: Peer) -> None:
    deducting = CREATED | WAITING
    peer.will(refuses(400, "INVALID_REQUEST", "单据正在扣款中,请稍后再试", 271316754), answers(deducting))
    with pytest.raises(Conflict, match="wechat_in_progress"):
        await wechat.pay.cancel_service(DIRECT, "X1-C", "x")


async def test_lowering_a_waiting_order(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(CREATED | WAITING))
    await wechat.pay.lower_service(DIRECT, "X1-C", (FeeLine(name="课时费", amount_fen=100),), 100, "减免")
    assert peer.last.target == "/v3/payscore/serviceorder/X1-C/modify"
    assert (peer.last.body["total_amount"], peer.last.body["reason"]) == (100, "减免")


async def test_reporting_a_payment_outside_wechat(wechat: Wechat, peer: Peer) -> None:
    paid = {"state": "USER_PAID", "total_amount": 69300, "details": [{"paid_type": "MCH", "amount": 69300}]}
    peer.will(answers(CREATED | {"state": "DONE", "collection": paid}))
    reading = await wechat.pay.sync_paid(DIRECT, "X1-C", NOW.astimezone(timezone(timedelta(hours=-5))))
    assert peer.last.target == "/v3/payscore/serviceorder/X1-C/sync"
    assert peer.last.body["type"] == "Order_Paid"
    assert peer.last.body["detail"] == {"paid_time": "20260302120506"}
    assert (reading.state, reading.paid_how, reading.total_fen) == (ChannelState.PAID, "outside", 69300)


def test_the_view_of_an_order_is_signed_with_the_apiv2_key(wechat: Wechat) -> None:
    page = wechat.pay.detail_view(DIRECT, "X1-C", NOW, "abc-DEF_ghi" * 5)
    extra = page.params["extraData"]
    assert isinstance(extra, dict)
    assert page.params["businessType"] == "wxpayScoreDetail"
    assert extra["timestamp"] == str(int(NOW.timestamp()))
    assert extra["nonce_str"] == ("abcDEFghi" * 5)[:32]
    assert extra["sign"] == jump_sign(extra, API_V2_KEY)


def test_a_service_of_another_kind_is_another_service_id() -> None:
    assert channel(Agreement.PLAN).service_id != SERVICE
