"""Authorizations over the wire: applying, asking, taking back, for the direct merchant and for a partner."""

from datetime import UTC, datetime

import pytest

from models.authorization import AuthorizationState
from models.errors import Conflict, OutsideFailure
from models.merchant import Channel
from tests.wechat.conftest import channel
from tests.wechat.peer import Peer, answers, refuses
from wechat.build import Wechat

SUB_APPID = "wxbbbbbbbbbbbbbbbb"
SEARCH = "/v3/payscore/partner/permissions/search"
DIRECT = channel()
PARTNER = channel(sub_mchid="1900000109")
PARTNER_APP = channel(sub_mchid="1900000109", sub_appid=SUB_APPID)
SERVICE = DIRECT.service_id
NOTIFY = "https://learn.example.com/wechat/pay/notices"


@pytest.mark.parametrize(
    ("to", "path", "parties"),
    [
        (DIRECT, "/v3/payscore/permissions", {"appid": DIRECT.appid}),
        (PARTNER, "/v3/payscore/partner/permissions", {"appid": DIRECT.appid, "sub_mchid": "1900000109"}),
    ],
)
async def test_applying_for_an_authorization_gives_the_page_to_open(
    wechat: Wechat, peer: Peer, to: Channel, path: str, parties: dict[str, str]
) -> None:
    peer.will(answers({"apply_permissions_token": "T"}))
    page = await wechat.pay.apply_authorization(to, "A1")
    assert page.api == "openBusinessView"
    assert page.params == {"businessType": "wxpayScoreEnable", "extraData": {"apply_permissions_token": "T"}}
    assert (peer.last.method, peer.last.target) == ("POST", path)
    notify = {"notify_url": f"{NOTIFY}/{to.merchant_id}"}
    assert peer.last.body == {"service_id": SERVICE, "authorization_code": "A1"} | parties | notify


async def test_an_answer_without_its_token_is_unreadable(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers({"something": "else"}))
    with pytest.raises(OutsideFailure, match="wechat_unreadable"):
        await wechat.pay.apply_authorization(DIRECT, "A1")


@pytest.mark.parametrize(
    ("to", "target"),
    [
        (DIRECT, f"/v3/payscore/permissions/openid/o1?service_id={SERVICE}&appid={DIRECT.appid}"),
        (
            PARTNER,
            f"{SEARCH}?service_id={SERVICE}&appid={DIRECT.appid}&sub_mchid=1900000109&openid=o1",
        ),
        (
            PARTNER_APP,
            f"{SEARCH}?service_id={SERVICE}&appid={DIRECT.appid}&sub_mchid=1900000109&sub_appid={SUB_APPID}&sub_openid=o1",
        ),
    ],
)
async def test_asking_for_a_permission(wechat: Wechat, peer: Peer, to: Channel, target: str) -> None:
    peer.will(
        answers(
            {
                "service_id": SERVICE,
                "openid": "o1",
                "authorization_state": "AVAILABLE",
                "authorization_success_time": "2026-03-01T12:00:00.120+08:00",
            }
        )
    )
    reading = await wechat.pay.query_authorization(to, "o1")
    assert peer.last.target == target
    assert reading is not None
    assert reading.state is AuthorizationState.ACTIVE
    assert reading.at == datetime(2026, 3, 1, 4, 0, 0, 120000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "state"),
    [("UNAVAILABLE", AuthorizationState.CLOSED), ("UNBINDUSER", AuthorizationState.APPLIED)],
)
async def test_other_permission_states(wechat: Wechat, peer: Peer, word: str, state: AuthorizationState) -> None:
    peer.will(answers({"service_id": SERVICE, "authorization_state": word}))
    reading = await wechat.pay.query_authorization(DIRECT, "o1")
    assert reading is not None
    assert reading.state is state


async def test_who_never_authorised_is_no_error(wechat: Wechat, peer: Peer) -> None:
    peer.will(refuses(404, "ORDER_NOT_EXIST", "请求操作的授权记录不存在"))
    assert await wechat.pay.query_authorization(DIRECT, "o1") is None


async def test_a_permission_state_nobody_knows_is_unreadable(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers({"service_id": SERVICE, "authorization_state": "BRAND_NEW"}))
    with pytest.raises(OutsideFailure, match="wechat_unreadable"):
        await wechat.pay.query_authorization(DIRECT, "o1")


@pytest.mark.parametrize(
    ("to", "path", "body"),
    [
        (DIRECT, "/v3/payscore/permissions/openid/o1/terminate", {"appid": DIRECT.appid}),
        (
            PARTNER,
            "/v3/payscore/partner/permissions/terminate",
            {"appid": DIRECT.appid, "sub_mchid": "1900000109", "openid": "o1"},
        ),
    ],
)
async def test_taking_a_permission_back(
    wechat: Wechat, peer: Peer, to: Channel, path: str, body: dict[str, str]
) -> None:
    peer.will(answers(status=204))
    await wechat.pay.terminate_authorization(to, "o1", "学员关闭")
    assert peer.last.target == path
    assert peer.last.body == {"service_id": SERVICE, "reason": "学员关闭"} | body


async def test_a_permission_with_unfinished_orders_cannot_be_taken_back_yet(wechat: Wechat, peer: Peer) -> None:
    peer.will(refuses(400, "INVALID_REQUEST", "存在未完成订单"))
    with pytest.raises(Conflict, match="wechat_orders_unfinished"):
        await wechat.pay.terminate_authorization(DIRECT, "o1", "学员关闭")
