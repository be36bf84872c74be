"""The door for WeChat Pay's notices."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lab.rig.wechatpay import Signer, sealed
from models.authorization import AuthorizationState
from models.charge import ChannelState, RefundState
from models.errors import InvalidInput, NotAuthenticated
from models.notices import PayNotice, PayNoticeKind
from tests.wechat import vectors
from wechat.pay.keys import MerchantKeys
from wechat.pay.notices import NoticeDoor

NOW = datetime(2025, 9, 1, 12, 0, tzinfo=UTC)
V3_KEY = "0123456789abcdef0123456789abcdef"
SERIAL = "D7CE59D1F522D701"
SIGNER = Signer(SERIAL, vectors.private_key())


KEYS = MerchantKeys(
    merchant_id="wandou",
    mchid="1900000001",
    serial="00",
    private_key=vectors.private_key(),
    platform={SERIAL: vectors.platform_key()},
    api_v3_key=V3_KEY.encode(),
)

DOOR = NoticeDoor({"wandou": KEYS})
APPID, SERVICE = "wxaaaaaaaaaaaaaaaa", "00004000000000000000000000000001"


Content = dict[str, Any] | bytes


def opened(
    event: str, content: Content, *, notice_id: str = "N1", associated_data: str | None = "payscore"
) -> PayNotice:
    body = sealed(event, content, V3_KEY, notice_id=notice_id, associated_data=associated_data)
    return DOOR.open("wandou", SIGNER.headers(body, NOW), body, NOW)


def sample(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(vectors.sample(name))
    return content


def test_opens_the_notice_published_with_wechatpay_go() -> None:
    door = NoticeDoor({"m": replace(KEYS, mchid="1234567890", api_v3_key=vectors.API_V3_KEY)})
    notice = door.open("m", vectors.notice_headers(), vectors.sample("go_notice.json"), vectors.NOTICE_AT)
    assert notice.kind is PayNoticeKind.SERVICE_OPENED
    assert notice.authorization is not None
    assert notice.authorization.state is AuthorizationState.ACTIVE
    assert notice.authorization.code == "21640bdbd08e473e828f3206a2741c6e"


def test_a_paid_notice_tells_what_was_taken_when_and_how() -> None:
    notice = opened("PAYSCORE.USER_PAID", sample("order_paid.json"))
    assert notice.kind is PayNoticeKind.ORDER_PAID
    assert notice.key == f"PAYSCORE.USER_PAID:wandou:1900000001::{APPID}::{SERVICE}:LSN-20250901-000001:paid"
    charge = notice.charge
    assert charge is not None
    assert (charge.state, charge.total_fen, charge.paid_fen) == (ChannelState.PAID, 8900, 8900)
    assert charge.paid_at == datetime(2025, 9, 1, 11, 45, 30, tzinfo=UTC)
    assert charge.transaction_id == "4200000000202509010000000001"
    assert charge.paid_how == "pay_score"
    assert charge.started_at == datetime(2025, 9, 1, 11, 0, tzinfo=UTC)


def test_the_same_notice_sent_again_has_the_same_key() -> None:
    first = opened("PAYSCORE.USER_PAID", sample("order_paid.json"), notice_id="N1")
    again = opened("PAYSCORE.USER_PAID", sample("order_paid.json"), notice_id="N2")
    assert first.key == again.key


def test_a_paid_notice_that_does_not_say_paid_yet_does_not_hide_the_one_that_does() -> None:
    early = sample("order_paid.json") | {
        "state": "DOING",
        "state_description": "MCH_COMPLETE",
        "collection": {"state": "USER_PAYING"},
    }
    notice = opened("PAYSCORE.USER_PAID", early)
    assert notice.charge is not None
    assert notice.charge.state is ChannelState.DEDUCTING
    assert notice.key != opened("PAYSCORE.USER_PAID", sample("order_paid.json")).key


@pytest.mark.parametrize("associated_data", ["payscore", "transaction", "", None])
def test_associated_data_may_be_anything_or_nothing(associated_data: str | None) -> None:
    assert opened("PAYSCORE.USER_PAID", sample("order_paid.json"), associated_data=associated_data).charge


def test_strings_for_numbers_and_unknown_keys_are_taken() -> None:
    content = sample("order_paid.json") | {"total_amount": "8900", "brand_new": {"x": [1]}, "promotion_detail": None}
    charge = opened("PAYSCORE.USER_PAID", content).charge
    assert charge is not None
    assert charge.total_fen == 8900


def test_closing_a_service_is_known_by_its_moment_because_it_may_happen_again() -> None:
    closed = sample("authorization_closed.json")
    notice = opened("PAYSCORE.USER_CLOSE_SERVICE", closed)
    assert notice.kind is PayNoticeKind.SERVICE_CLOSED
    assert notice.authorization is not None
    assert notice.authorization.state is AuthorizationState.CLOSED
    assert notice.authorization.openid == "oUser"
    assert notice.authorization.at == datetime(2025, 9, 1, 12, 15, tzinfo=UTC)
    later = opened("PAYSCORE.USER_CLOSE_SERVICE", closed | {"openorclose_time": "20250902201500"})
    assert notice.key != later.key


def test_a_partner_names_school_and_learner_in_another_spelling() -> None:
    content = sample("authorization_closed.json")
    del content["mchid"]
    content |= {"mch_id": "1900000001", "sub_mch_id": "1900000109", "sub_openid": "oAtSchool"}
    authorization = opened("PAYSCORE.USER_CLOSE_SERVICE", content).authorization
    assert authorization is not None
    assert (authorization.origin.sub_mchid, authorization.openid) == ("1900000109", "oAtSchool")


def test_a_signed_plan_with_empty_times_reads() -> None:
    content = {
        "sign_plan_id": "P1",
        "merchant_sign_plan_no": "X1",
        "sign_state": "SIGNED",
        "sign_time": "2025-09-01T20:00:00+08:00",
        "cancel_sign_time": "",
        "cancel_sign_type": "NOT_CANCEL",
    }
    notice = opened("PAYSCORE.USER_SIGN_PLAN", content)
    assert notice.kind is PayNoticeKind.PLAN_SIGNED
    assert notice.plan is not None
    assert (notice.plan.state, notice.plan.cancelled_by, notice.plan.at) == ("signed", "", NOW)


@pytest.mark.parametrize(
    ("how", "who"), [("USER", "learner"), ("MERCHANT", "institution"), ("REVOKE_SERVICE", "learner")]
)
def test_a_cancelled_plan_says_who_cancelled(how: str, who: str) -> None:
    content = {"merchant_sign_plan_no": "X1", "sign_state": "SIGN_PLAN_CANCEL", "cancel_sign_type": how}
    plan = opened("PAYSCORE.USER_CANCEL_SIGN_PLAN", content).plan
    assert plan is not None
    assert (plan.state, plan.cancelled_by) == ("cancelled", who)


@pytest.mark.parametrize(
    ("event", "status", "kind", "state", "problem"),
    [
        ("REFUND.SUCCESS", "SUCCESS", PayNoticeKind.REFUND_SUCCEEDED, RefundState.REFUNDED, ""),
        ("REFUND.ABNORMAL", "ABNORMAL", PayNoticeKind.REFUND_ABNORMAL, RefundState.FAILED, "abnormal"),
        ("REFUND.CLOSED", "CLOSED", PayNoticeKind.REFUND_CLOSED, RefundState.CLOSED, "closed"),
    ],
)
def test_refund_notices_tell_how_it_went(
    event: str, status: str, kind: PayNoticeKind, state: RefundState, problem: str
) -> None:
    content = {"sp_mchid": "1900000001", "sub_mchid": "1900000109", "out_refund_no": "R1", "refund_status": status}
    notice = opened(event, content | {"amount": {"refund": 300, "total": 8900}}, associated_data="refund")
    assert notice.kind is kind
    assert notice.refund is not None
    assert (notice.refund.state, notice.refund.problem, notice.refund.amount_fen) == (state, problem, 300)


def test_an_ordinary_payment_reads_as_a_paid_charge() -> None:
    content = {
        "mchid": "1900000001",
        "out_trade_no": "X1-P",
        "transaction_id": "42",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "success_time": "2025-09-01T20:00:00+08:00",
        "amount": {"total": 100, "payer_total": 90},
    }
    charge = opened("TRANSACTION.SUCCESS", content, associated_data="transaction").charge
    assert charge is not None
    assert (charge.state, charge.paid_fen, charge.paid_at, charge.paid_how) == (ChannelState.PAID, 100, NOW, "jsapi")


@pytest.mark.parametrize("event", ["COMPLAINT.STATE_CHANGE", "COMPLAINT.CREATE", "COMPLAINT.SOMETHING_NEW"])
def test_complaints_are_known_by_their_prefix(event: str) -> None:
    notice = opened(event, {"complaint_id": "C1", "action_type": "CREATE_COMPLAINT"})
    assert notice.kind is PayNoticeKind.COMPLAINT
    assert notice.key == f"{event}:wandou:1900000001:::::C1:CREATE_COMPLAINT:N1"


def test_an_event_nobody_knows_is_other_and_known_by_its_notice_id() -> None:
    notice = opened("PAYSCORE.BRAND_NEW", {"x": 1})
    assert notice.kind is PayNoticeKind.OTHER
    assert notice.key == "PAYSCORE.BRAND_NEW:wandou:1900000001:::::N1"


def test_an_old_notice_is_stale() -> None:
    body = sealed("PAYSCORE.USER_PAID", sample("order_paid.json"), V3_KEY)
    with pytest.raises(NotAuthenticated) as caught:
        DOOR.open("wandou", SIGNER.headers(body, NOW - timedelta(seconds=301)), body, NOW)
    assert caught.value.code == "wechat_timestamp_stale"


def test_a_signature_probe_is_refused_like_any_bad_signature() -> None:
    body = sealed("PAYSCORE.USER_PAID", sample("order_paid.json"), V3_KEY)
    headers = SIGNER.headers(body, NOW) | {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/abc"}
    with pytest.raises(NotAuthenticated) as caught:
        DOOR.open("wandou", headers, body, NOW)
    assert caught.value.code == "wechat_signature_invalid"


@pytest.mark.parametrize(
    ("merchant_id", "held"),
    [("nobody", KEYS), ("wandou", replace(KEYS, api_v3_key=b"")), ("wandou", replace(KEYS, platform={}))],
)
def test_an_unknown_merchant_or_a_missing_secret_is_a_closed_door(merchant_id: str, held: MerchantKeys) -> None:
    body = sealed("PAYSCORE.USER_PAID", sample("order_paid.json"), V3_KEY)
    with pytest.raises(NotAuthenticated):
        NoticeDoor({"wandou": held}).open(merchant_id, SIGNER.headers(body, NOW), body, NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml/>",
        b"[]",
        b"{}",
        b'{"resource":null}',
        b'{"event_type":"PAYSCORE.USER_PAID","resource":{"algorithm":"AEAD_AES_256_GCM","nonce":"a","ciphertext":"b"}}',
        sealed("PAYSCORE.USER_PAID", b"not json", V3_KEY),
        sealed("PAYSCORE.USER_PAID", {"state": "DONE"}, V3_KEY),
        sealed("PAYSCORE.USER_PAID", sample("order_paid.json") | {"mchid": "1999999999"}, V3_KEY),
        sealed("PAYSCORE.USER_SIGN_PLAN", {}, V3_KEY),
        sealed("REFUND.SUCCESS", {}, V3_KEY),
    ],
    ids=[
        *("nothing", "XML", "a list", "an empty object", "no resource", "a resource that is no ciphertext"),
        *("no JSON inside", "half a content", "of another merchant", "an empty plan", "an empty refund"),
    ],
)
def test_what_is_signed_and_makes_no_sense_is_unreadable(body: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        DOOR.open("wandou", SIGNER.headers(body, NOW), body, NOW)
    assert caught.value.code == "wechat_content_unreadable"
