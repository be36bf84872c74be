"""Plans over the wire: the product's plan, the learner's signature under it, and a lesson's order."""

from typing import Any

import pytest

from models.charge import ChannelState
from models.errors import Conflict, Declined, OutsideFailure
from models.fee_mode import Agreement
from models.merchant import Channel
from models.notices import FeeLine, PlanRequest, ServiceRequest
from tests.wechat.conftest import channel
from tests.wechat.peer import NOW, Peer, answers, refuses
from wechat.build import Wechat

PLAN = channel(Agreement.PLAN)
PLAN_PARTNER = channel(Agreement.PLAN, sub_mchid="1900000109")
PAY = channel(Agreement.PAYMENT)
APPID = PAY.appid
NOTIFY = "https://learn.example.com/wechat/pay/notices"
KNOWN_PLAN = {"plan_id": "P1", "plan_state": "NORMAL", "total_actual_price": 3000, "deduction_quantity": 2}
SIGNED = {"sign_plan_id": "SP1", "merchant_sign_plan_no": "X1-S", "sign_state": "SIGNED"}


def plan_request(to: Channel = PLAN) -> PlanRequest:
    return PlanRequest(
        channel=to,
        no="C1-r1",
        name="叫叫阅读 😀 两节",
        duration_days=90,
        lesson_titles=("第一节", "第二节"),
        prices_fen=(1600, 1400),
    )


@pytest.mark.parametrize(
    ("to", "path", "school"),
    [
        (PLAN, "/v3/payscore/plan/payscore-plans", {}),
        (PLAN_PARTNER, "/v3/payscore/plan/partner/payscore-plans", {"sub_mchid": "1900000109"}),
    ],
)
async def test_a_plan_is_created_when_its_number_is_unknown(
    wechat: Wechat, peer: Peer, to: Channel, path: str, school: dict[str, str]
) -> None:
    peer.will(refuses(404, "ORDER_NOT_EXIST"), answers(KNOWN_PLAN))
    assert await wechat.pay.ensure_plan(plan_request(to)) == "P1"
    asked, created = peer.received
    query = "?sub_mchid=1900000109" if school else ""
    assert asked.target == f"{path}/merchant-plan-no/C1-r1{query}"
    assert created.target == path
    assert created.body == school | {
        "service_id": to.service_id,
        "appid": APPID,
        "merchant_plan_no": "C1-r1",
        "plan_name": "叫叫阅读 两节",
        "plan_duration": 90,
        "deduction_quantity": 2,
        "total_original_price": 3000,
        "total_actual_price": 3000,
        "plan_detail_list": [
            {"plan_detail_name": "第一节", "original_price": 1600, "actual_price": 1600},
            {"plan_detail_name": "第二节", "original_price": 1400, "actual_price": 1400},
        ],
    }


async def test_a_plan_that_exists_is_found_and_not_created(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers(KNOWN_PLAN))
    assert await wechat.pay.ensure_plan(plan_request()) == "P1"
    assert len(peer.received) == 1


async def test_whoever_creates_a_plan_second_finds_it(wechat: Wechat, peer: Peer) -> None:
    peer.will(refuses(404, "ORDER_NOT_EXIST"), refuses(400, "PARAM_ERROR", "商户单号重复"), answers(KNOWN_PLAN))
    assert await wechat.pay.ensure_plan(plan_request()) == "P1"


async def test_a_plan_wechat_refuses_stays_refused(wechat: Wechat, peer: Peer) -> None:
    missing = refuses(404, "ORDER_NOT_EXIST")
    peer.will(missing, refuses(400, "PARAM_ERROR", "计划明细价格不能大于上一个"), missing)
    with pytest.raises(Declined, match="wechat_request_rejected"):
        await wechat.pay.ensure_plan(plan_request())


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"total_actual_price": 2999}, Declined, "wechat_request_changed"),
        ({"deduction_quantity": 3}, Declined, "wechat_request_changed"),
        ({"plan_state": "STOP"}, Conflict, "wechat_state"),
        ({"plan_id": ""}, OutsideFailure, "wechat_unreadable"),
    ],
)
async def test_a_plan_that_is_not_the_one_we_mean_is_not_offered(
    wechat: Wechat, peer: Peer, changes: dict[str, Any], error: type[Exception], code: str
) -> None:
    peer.will(answers(KNOWN_PLAN | changes))
    with pytest.raises(error, match=code):
        await wechat.pay.ensure_plan(plan_request())


@pytest.mark.parametrize(
    ("to", "path"),
    [
        (PLAN, "/v3/payscore/sign-plan/user-sign-plans"),
        (PLAN_PARTNER, "/v3/payscore/sign-plan/partner/user-sign-plans"),
    ],
)
async def test_offering_a_plan_gives_the_page_to_sign_it(wechat: Wechat, peer: Peer, to: Channel, path: str) -> None:
    peer.will(answers({"sign_plan": SIGNED | {"sign_state": "UNSIGNED", "sign_time": ""}, "package": "PKG"}))
    reading, page = await wechat.pay.sign_plan(to, "P1", "X1-S", "o1", ("X1-01", "X1-02"))
    assert (reading.state, reading.sign_plan_id) == ("unsigned", "SP1")
    assert page.params == {"businessType": "wxpayScorePlan", "extraData": {"package": "PKG"}}
    assert peer.last.target == path
    assert peer.last.body["sign_plan_detail"] == [
        {"plan_detail_no": 1, "merchant_plan_detail_no": "X1-01"},
        {"plan_detail_no": 2, "merchant_plan_detail_no": "X1-02"},
    ]
    assert peer.last.body["merchant_sign_plan_no"] == "X1-S"
    assert peer.last.body["openid"] == "o1"
    assert peer.last.body["notify_url"] == f"{NOTIFY}/{to.merchant_id}"


@pytest.mark.parametrize(
    ("to", "target"),
    [
        (PLAN, "/v3/payscore/sign-plan/user-sign-plans/merchant-sign-plan-no/X1-S"),
        (
            PLAN_PARTNER,
            "/v3/payscore/sign-plan/partner/user-sign-plans/merchant-sign-plan-no/X1-S?sub_mchid=1900000109",
        ),
    ],
)
async def test_asking_for_a_signed_plan(wechat: Wechat, peer: Peer, to: Channel, target: str) -> None:
    peer.will(answers(SIGNED | {"sign_time": "2026-03-02T12:05:06+08:00"}))
    reading = await wechat.pay.query_plan(to, "X1-S")
    assert reading is not None
    assert (reading.state, reading.at) == ("signed", NOW)
    assert peer.last.target == target
    peer.will(refuses(404, "ORDER_NOT_EXIST"))
    assert await wechat.pay.query_plan(to, "X1-S") is None


@pytest.mark.parametrize(
    ("word", "state"), [("COMPLETE", "complete"), ("EXPIRE", "expired"), ("BRAND_NEW", "unknown"), ("", "unknown")]
)
async def test_other_states_of_a_signed_plan(wechat: Wechat, peer: Peer, word: str, state: str) -> None:
    peer.will(answers(SIGNED | {"sign_state": word}))
    reading = await wechat.pay.query_plan(PLAN, "X1-S")
    assert reading is not None
    assert reading.state == state


@pytest.mark.parametrize(("to", "school"), [(PLAN, {}), (PLAN_PARTNER, {"sub_mchid": "1900000109"})])
async def test_stopping_a_signed_plan(wechat: Wechat, peer: Peer, to: Channel, school: dict[str, str]) -> None:
    cancelled = {"sign_state": "SIGN_PLAN_CANCEL", "cancel_sign_type": "MERCHANT"}
    peer.will(answers(SIGNED | cancelled | {"cancel_sign_time": "2026-03-02T12:05:06+08:00"}))
    reading = await wechat.pay.stop_plan(to, "X1-S", "学员结束课程")
    assert (reading.state, reading.cancelled_by, reading.at) == ("cancelled", "institution", NOW)
    assert peer.last.target.endswith("/merchant-sign-plan-no/X1-S/stop")
    assert peer.last.body == school | {"stop_reason": "学员结束课程"}


@pytest.mark.parametrize(
    ("to", "path"),
    [(PLAN, "/v3/payscore/sign-plan/serviceorder"), (PLAN_PARTNER, "/v3/payscore/sign-plan/partner/serviceorder")],
)
async def test_a_lessons_order_carries_the_number_promised_for_it(
    wechat: Wechat, peer: Peer, to: Channel, path: str
) -> None:
    peer.will(answers({"out_order_no": "X1-02", "state": "DOING", "state_description": "USER_CONFIRM"}))
    request = ServiceRequest(
        channel=to,
        no="X1-02",
        openid="o1",
        introduction="叫叫阅读 第二节",
        fees=(FeeLine(name="课时费", amount_fen=1400),),
        estimate_fen=1400,
        need_confirm=False,
    )
    reading = await wechat.pay.open_lesson(request, "SP1", 2)
    assert (reading.state, reading.charge_no) == (ChannelState.IN_SERVICE, "X1-02")
    assert peer.last.target == path
    sent = peer.last.body
    assert (sent["out_trade_no"], sent["plan_detail_no"], sent["sign_plan_id"]) == ("X1-02", 2, "SP1")
    assert not {"post_payments", "risk_fund", "out_order_no"} & set(sent)
