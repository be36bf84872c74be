"""Payments over the wire: prepaying, asking, closing, and refunds."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from pydantic import SecretStr

from models.charge import ChannelState, RefundState
from models.errors import Conflict, Declined
from models.fee_mode import Agreement
from models.merchant import Channel
from models.notices import BankCard, PaymentRequest, RedirectRequest, RefundRequest
from tests.wechat.conftest import channel
from tests.wechat.peer import NOW, PUBLIC_KEY_ID, Peer, answers, fresh_key, refuses
from wechat.build import Wechat

SUB_APPID = "wxbbbbbbbbbbbbbbbb"
PAY = channel(Agreement.PAYMENT)
PAY_PARTNER = channel(Agreement.PAYMENT, sub_mchid="1900000109")
PAY_PARTNER_APP = channel(Agreement.PAYMENT, sub_mchid="1900000109", sub_appid=SUB_APPID)
APPID = PAY.appid
NOTIFY = "https://learn.example.com/wechat/pay/notices"


def payment_request(to: Channel = PAY) -> PaymentRequest:
    return PaymentRequest(
        channel=to,
        no="X1-P",
        openid="o1",
        description="爱酷体育 羽毛球课十节",
        amount_fen=180000,
        expires_at=NOW + timedelta(hours=2),
    )


@pytest.mark.parametrize(
    ("to", "path", "parties"),
    [
        (
            PAY,
            "/v3/pay/transactions/jsapi",
            {"appid": APPID, "mchid": "1900000001", "payer": {"openid": "o1"}},
        ),
        (
            PAY_PARTNER,
            "/v3/pay/partner/transactions/jsapi",
            {
                "sp_appid": APPID,
                "sp_mchid": "1900000001",
                "sub_mchid": "1900000109",
                "payer": {"sp_openid": "o1"},
            },
        ),
        (
            PAY_PARTNER_APP,
            "/v3/pay/partner/transactions/jsapi",
            {
                "sp_appid": APPID,
                "sp_mchid": "1900000001",
                "sub_mchid": "1900000109",
                "sub_appid": SUB_APPID,
                "payer": {"sub_openid": "o1"},
            },
        ),
    ],
)
async def test_prepaying_gives_the_signed_call_of_the_payment_page(
    wechat: Wechat, peer: Peer, to: Channel, path: str, parties: dict[str, Any]
) -> None:
    peer.will(answers({"prepay_id": "wx2016"}))
    call = await wechat.pay.prepay(payment_request(to), NOW, "n" * 40)
    assert peer.last.target == path
    assert peer.last.body == parties | {
        "description": "爱酷体育 羽毛球课十节",
        "out_trade_no": "X1-P",
        "time_expire": "2026-03-02T14:05:06+08:00",
        "amount": {"total": 180000, "currency": "CNY"},
        "notify_url": f"{NOTIFY}/{to.merchant_id}",
    }
    sign = call.params.pop("paySign")
    stamp = str(int(NOW.timestamp()))
    assert call.api == "requestPayment"
    assert call.params == {
        "timeStamp": stamp,
        "nonceStr": "n" * 32,
        "package": "prepay_id=wx2016",
        "signType": "RSA",
    }
    message = f"{to.sub_appid or APPID}\n{stamp}\n{'n' * 32}\nprepay_id=wx2016\n".encode()
    fresh_key("merchant").public_key().verify(b64decode(str(sign)), message, PKCS1v15(), SHA256())


@pytest.mark.parametrize(
    ("to", "target"),
    [
        (PAY, "/v3/pay/transactions/out-trade-no/X1-P?mchid=1900000001"),
        (PAY_PARTNER, "/v3/pay/partner/transactions/out-trade-no/X1-P?sp_mchid=1900000001&sub_mchid=1900000109"),
    ],
)
async def test_asking_for_a_payment(wechat: Wechat, peer: Peer, to: Channel, target: str) -> None:
    peer.will(answers({"out_trade_no": "X1-P", "trade_state": "NOTPAY", "amount": {"total": 180000}}))
    reading = await wechat.pay.query_payment(to, "X1-P")
    assert reading is not None
    assert (reading.state, reading.paid_fen) == (ChannelState.AWAITING_LEARNER, None)
    assert peer.last.target == target


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("SUCCESS", ChannelState.PAID),
        ("REFUND", ChannelState.PAID),
        ("CLOSED", ChannelState.CANCELLED),
        ("REVOKED", ChannelState.CANCELLED),
        ("USERPAYING", ChannelState.AWAITING_LEARNER),
        ("PAYERROR", ChannelState.UNKNOWN),
        ("", ChannelState.UNKNOWN),
    ],
)
async def test_states_of_a_payment(wechat: Wechat, peer: Peer, word: str, state: ChannelState) -> None:
    peer.will(answers({"out_trade_no": "X1-P", "trade_state": word, "transaction_id": "42"}))
    reading = await wechat.pay.query_payment(PAY, "X1-P")
    assert reading is not None
    assert (reading.state, reading.transaction_id) == (state, "42")


async def test_a_payment_nobody_knows_is_none(wechat: Wechat, peer: Peer) -> None:
    peer.will(refuses(404, "ORDER_NOT_EXIST"))
    assert await wechat.pay.query_payment(PAY, "X1-P") is None


@pytest.mark.parametrize("reply", [answers(status=204), refuses(400, "ORDER_CLOSED"), refuses(400, "ORDERCLOSED")])
async def test_closing_a_payment_that_is_closed_is_done(
    wechat: Wechat,
    peer: Peer,
    reply: Any,
) -> None:
    peer.will(reply)
    await wechat.pay.close_payment(PAY, "X1-P")
    assert peer.last.target == "/v3/pay/transactions/out-trade-no/X1-P/close"
    assert peer.last.body == {"mchid": "1900000001"}


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (answers({"code": "USERPAYING", "message": "用户支付中"}, status=202), "wechat_in_progress"),
        (refuses(400, "ORDERPAID"), "wechat_state"),
    ],
)
async def test_closing_a_payment_under_way_or_paid_is_a_conflict(
    wechat: Wechat,
    peer: Peer,
    reply: Any,
    code: str,
) -> None:
    peer.will(reply)
    with pytest.raises(Conflict, match=code):
        await wechat.pay.close_payment(PAY, "X1-P")


def refund_request(to: Channel = PAY) -> RefundRequest:
    return RefundRequest(
        channel=to, no="R1", transaction_id="42", refund_fen=117000, total_fen=180000, reason="退未上课时费"
    )


@pytest.mark.parametrize(("to", "school"), [(PAY, {}), (PAY_PARTNER, {"sub_mchid": "1900000109"})])
async def test_a_refund_names_the_transaction_and_not_our_order(
    wechat: Wechat, peer: Peer, to: Channel, school: dict[str, str]
) -> None:
    peer.will(answers({"out_refund_no": "R1", "status": "PROCESSING", "amount": {"refund": 117000}}))
    reading = await wechat.pay.refund(refund_request(to))
    assert (reading.refund_no, reading.state, reading.amount_fen) == ("R1", RefundState.REFUNDING, 117000)
    assert peer.last.target == "/v3/refund/domestic/refunds"
    assert peer.last.body == school | {
        "transaction_id": "42",
        "out_refund_no": "R1",
        "reason": "退未上课时费",
        "amount": {"refund": 117000, "total": 180000, "currency": "CNY"},
        "notify_url": f"{NOTIFY}/{to.merchant_id}",
    }


async def test_a_refund_the_merchant_cannot_cover_is_the_institutions_to_solve(wechat: Wechat, peer: Peer) -> None:
    peer.will(refuses(403, "NOT_ENOUGH", "基本账户余额不足"))
    with pytest.raises(Declined, match="wechat_merchant_balance_short") as caught:
        await wechat.pay.refund(refund_request())
    assert (caught.value.detail["who"], caught.value.detail["retry_helps"]) == ("institution", True)


@pytest.mark.parametrize(
    ("word", "state", "problem"),
    [
        ("SUCCESS", RefundState.REFUNDED, ""),
        ("PROCESSING", RefundState.REFUNDING, ""),
        ("ABNORMAL", RefundState.FAILED, "abnormal"),
        ("CLOSED", RefundState.CLOSED, "closed"),
        ("BRAND_NEW", RefundState.REFUNDING, ""),
    ],
)
async def test_asking_for_a_refund(wechat: Wechat, peer: Peer, word: str, state: RefundState, problem: str) -> None:
    peer.will(answers({"out_refund_no": "R1", "status": word, "success_time": "2026-03-02T12:05:06+08:00"}))
    reading = await wechat.pay.query_refund(PAY, "R1")
    assert reading is not None
    assert (reading.state, reading.problem) == (state, problem)
    assert reading.refunded_at == datetime(2026, 3, 2, 4, 5, 6, tzinfo=UTC)
    assert peer.last.target == "/v3/refund/domestic/refunds/R1"


async def test_a_refund_nobody_knows_is_none(wechat: Wechat, peer: Peer) -> None:
    peer.will(refuses(404, "RESOURCE_NOT_EXISTS"))
    assert await wechat.pay.query_refund(PAY_PARTNER, "R1") is None
    assert peer.last.target == "/v3/refund/domestic/refunds/R1?sub_mchid=1900000109"


REDIRECT = RedirectRequest(channel=PAY, no="R1", refund_id="50 1")
CARD = BankCard(bank_type="CMB_DEBIT", number=SecretStr("6225880000001234"), holder=SecretStr("张三"))


async def test_a_card_is_written_so_that_only_wechat_can_read_it(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers({"out_refund_no": "R1", "refund_id": "50 1", "status": "PROCESSING"}))
    reading = await wechat.pay.redirect_refund(REDIRECT, CARD)
    assert (reading.state, reading.refund_id) == (RefundState.REFUNDING, "50 1")
    assert peer.last.target == "/v3/refund/domestic/refunds/50%201/apply-abnormal-refund"
    assert {name: peer.last.body[name] for name in ("out_refund_no", "type", "bank_type")} == {
        "out_refund_no": "R1",
        "type": "USER_BANK_CARD",
        "bank_type": "CMB_DEBIT",
    }
    assert peer.last.headers["Wechatpay-Serial"] == PUBLIC_KEY_ID
    padding = OAEP(MGF1(SHA1()), SHA1(), None)  # noqa: S303 - WeChat's
    opened = {
        name: fresh_key("platform").decrypt(b64decode(peer.last.body[name]), padding).decode()
        for name in ("bank_account", "real_name")
    }
    assert opened == {"bank_account": "6225880000001234", "real_name": "张三"}
    assert b"6225880000001234" not in peer.last.raw


async def test_the_merchants_own_account_needs_no_card(wechat: Wechat, peer: Peer) -> None:
    peer.will(answers({"out_refund_no": "R1", "status": "PROCESSING"}))
    await wechat.pay.redirect_refund(REDIRECT.model_copy(update={"channel": PAY_PARTNER}), None)
    assert peer.last.body == {"out_refund_no": "R1", "type": "MERCHANT_BANK_CARD", "sub_mchid": "1900000109"}


@pytest.mark.parametrize(
    ("account", "state", "problem"),
    [
        ("招商银行信用卡0403", RefundState.REFUNDED, ""),
        ("支付用户零钱", RefundState.REFUNDED, ""),
        ("商户结算银行卡", RefundState.FAILED, "back_at_merchant"),
        ("商户基本账户", RefundState.FAILED, "back_at_merchant"),
        ("退还商户：商户基本账户", RefundState.FAILED, "back_at_merchant"),
    ],
)
async def test_a_refund_to_the_merchant_has_not_reached_the_learner(
    wechat: Wechat, peer: Peer, account: str, state: RefundState, problem: str
) -> None:
    peer.will(answers({"out_refund_no": "R1", "status": "SUCCESS", "user_received_account": account}))
    reading = await wechat.pay.query_refund(PAY, "R1")
    assert reading is not None
    assert (reading.state, reading.problem) == (state, problem)
