"""Signatures and encryption of WeChat Pay, against published vectors and an independent implementation."""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from wechatpayv3.utils import build_authorization, rsa_verify

from tests.wechat import vectors
from wechat.pay.signing import (
    UndecipherableError,
    UnprovenError,
    Window,
    authorization,
    decrypt,
    jump_sign,
    payment_message,
    request_message,
    sign,
    verify,
)

V5_SIGNATURE = (
    "mG2drrUCDR7EVrJmQVI6eW5VlDB0zzpcYLC83UiNxe1aNAomazwWci4q/HPA7MmlbGAswwSE7iPiLy3vflXohf42WXNA031htDbpBCVt1ti2teK"
    "FPh531KK07unc+CrCiepz6veTgsylXYO4iBI+DYQ4UDj+r8A/lhqj7yHmtLjvcJ45Og6Wdecd/T7jGgMwcEe1mR7HLzC7R6snnLOaRwnPCe6Wyi"
    "WGDHHuQzvNFeaztpM3noedCPEwGculoy2MPVvNER6TpM8CUijpKChWM7Q5vIwg8QYv9bH7IuZitLMAgx0+cgaNzFbzZuXxwGB6wIAmv70dWcQx8"
    "F2erR/Nzw=="
)

AT = vectors.NOTICE_AT
PLATFORM = {"D7CE59D1F522D701": vectors.platform_key()}
NOTICE = vectors.sample("go_notice.json")


def at(moment: datetime) -> Window:
    return Window(moment, moment)


def test_signs_as_the_published_key_signs() -> None:
    signature = sign(vectors.private_key(), b"source")
    assert signature.startswith("BKyAfU4iMCuvXMXS0Wzam3V/")
    assert signature.endswith("8m1rLg==")


def test_a_request_is_five_lines_even_without_a_body() -> None:
    message = request_message("GET", "/v3/certificates", 1624523846, "A1B2C3D4E5F6G7", b"")
    assert message == b"GET\n/v3/certificates\n1624523846\nA1B2C3D4E5F6G7\n\n"
    assert sign(vectors.private_key(), message) == V5_SIGNATURE


def test_an_independent_library_verifies_what_we_sign() -> None:
    signature = sign(vectors.private_key(), '1624523846\nnonce\n{"课":1}\n'.encode())
    assert rsa_verify("1624523846", "nonce", '{"课":1}', signature, vectors.platform_key())


@pytest.mark.parametrize(("method", "body"), [("GET", ""), ("POST", '{"reason":"学员申请"}')])
def test_an_independent_library_signs_a_request_as_we_do(method: str, body: str) -> None:
    path = "/v3/payscore/serviceorder/X1-C/cancel?a=%E8%AF%BE"
    theirs = build_authorization(path, method, "1900000001", "ABC", vectors.private_key(), data=body)
    told = dict(re.findall(r'(\w+)="([^"]*)"', theirs))
    timestamp_s, nonce = int(told["timestamp"]), told["nonce_str"]
    signature = sign(vectors.private_key(), request_message(method, path, timestamp_s, nonce, body.encode()))
    ours = authorization("1900000001", "ABC", timestamp_s, nonce, signature)
    assert ours == theirs


def test_the_authorization_header_is_one_line_of_five_items() -> None:
    header = authorization("1900000001", "ABC", 1624523846, "N", "c2ln")
    assert header == (
        'WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="N",signature="c2ln",'
        'timestamp="1624523846",serial_no="ABC"'
    )


def test_the_published_notice_verifies_on_its_raw_bytes() -> None:
    verify(PLATFORM, vectors.notice_headers(), NOTICE, at(AT))


def test_header_names_may_have_any_case() -> None:
    verify(PLATFORM, {name.upper(): value for name, value in vectors.notice_headers().items()}, NOTICE, at(AT))


def test_a_body_serialised_again_does_not_verify() -> None:
    with pytest.raises(UnprovenError, match="mismatch"):
        verify(PLATFORM, vectors.notice_headers(), NOTICE + b"\n", at(AT))


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("Wechatpay-Signature", "WECHATPAY/SIGNTEST/" + "A" * 325, "mismatch"),
        ("Wechatpay-Signature", "not base64 at all!", "mismatch"),
        ("Wechatpay-Signature", "", "missing"),
        ("Wechatpay-Signature", b64encode(b"x" * 256).decode(), "mismatch"),
        ("Wechatpay-Nonce", "another", "mismatch"),
        ("Wechatpay-Serial", "PUB_KEY_ID_0000", "unknown_key"),
        ("Wechatpay-Serial", "", "missing"),
        ("Wechatpay-Timestamp", "1624523847", "mismatch"),
        ("Wechatpay-Timestamp", "16245238460", "stale"),
        ("Wechatpay-Timestamp", "now", "stale"),
        ("Wechatpay-Timestamp", "１６２４５２３８４６", "stale"),
        ("Wechatpay-Timestamp", "-1", "stale"),
    ],
)
def test_anything_that_does_not_fit_is_unproven(name: str, value: str, why: str) -> None:
    with pytest.raises(UnprovenError) as caught:
        verify(PLATFORM, vectors.notice_headers() | {name: value}, NOTICE, at(AT))
    assert caught.value.why == why


@pytest.mark.parametrize("seconds", [-300, 300, -86400, 86400])
def test_a_time_stamp_five_minutes_off_is_stale(seconds: int) -> None:
    with pytest.raises(UnprovenError, match="stale"):
        verify(PLATFORM, vectors.notice_headers(), NOTICE, at(AT + timedelta(seconds=seconds)))


@pytest.mark.parametrize("seconds", [-299, 299])
def test_a_time_stamp_just_within_five_minutes_is_fresh(seconds: int) -> None:
    verify(PLATFORM, vectors.notice_headers(), NOTICE, at(AT + timedelta(seconds=seconds)))


def test_an_answer_is_fresh_if_signed_while_we_waited() -> None:
    asked, arrived = AT - timedelta(hours=5), AT + timedelta(hours=5)
    verify(PLATFORM, vectors.notice_headers(), NOTICE, Window(asked, arrived))


@pytest.mark.parametrize(
    ("key", "nonce", "associated_data", "ciphertext", "plaintext"),
    [
        (
            b"testAPIv3Key0000",
            "wCq51qZv4Yfg",
            "Dl56FrqWQJF1t9LtC3vEUsniZKvbqdR8",
            "FsdXzxryWfKwvLJKf8LG/ToRPTRh8RN9wROC",
            b"Hello World",
        ),
        (
            b"0123456789abcdef0123456789abcdef",
            "abcdefghijkl",
            "payscore",
            "Eu6myr+6AqEHeYBOZPZ6BX59/kzqzyF2Lo4OrfBw7JkYqdSZDG7Q5wU01YJzGJyvJk2HjLncgucS4iYlMQ==",
            b'{"out_order_no":"LESSON-0001","state":"DONE"}',
        ),
        (
            b"0123456789abcdef0123456789abcdef",
            "abcdefghijkl",
            "",
            "Eu6myr+6AqEHeYBOZPZ6BX59/kzqzyF2Lo4OrfBw7JkYqdSZDG7Q5wU01YJzAhMDMeAaZzAZgsjOReTeVg==",
            b'{"out_order_no":"LESSON-0001","state":"DONE"}',
        ),
    ],
)
def test_decrypts_with_and_without_associated_data(
    key: bytes, nonce: str, associated_data: str, ciphertext: str, plaintext: bytes
) -> None:
    assert decrypt(key, nonce, ciphertext, associated_data) == plaintext


@pytest.mark.parametrize(
    ("nonce", "ciphertext"),
    [
        ("abcdefghijkX", "Eu6myr+6AqEHeYBOZPZ6BX59/kzqzyF2Lo4OrfBw7JkYqdSZDG7Q5wU01YJzGJyvJk2HjLncgucS4iYlMQ=="),
        ("abcdefghijkl", "not base64"),
        ("abcdefghijkl", "AAAA"),
        ("", "AAAA"),
    ],
)
def test_what_our_key_did_not_make_is_undecipherable(nonce: str, ciphertext: str) -> None:
    with pytest.raises(UndecipherableError):
        decrypt(b"0123456789abcdef0123456789abcdef", nonce, ciphertext, "payscore")


def test_signs_the_example_of_the_apiv2_page() -> None:
    params = {
        "appid": "wxd930ea5d5a258f4f",
        "body": "test",
        "device_info": "1000",
        "mch_id": "10000100",
        "nonce_str": "ibuaiVcKdpRxkhJA",
        "attach": "",
    }
    assert jump_sign(params, vectors.API_V2_KEY) == "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6"


def test_signs_the_jump_to_an_order() -> None:
    params = {
        "mch_id": "1230000109",
        "nonce_str": "zyx987",
        "out_order_no": "LESSON-0001",
        "service_id": "00004000000000000000000000000001",
        "sign_type": "HMAC-SHA256",
        "timestamp": "1700000000",
    }
    expected = "9A3523AD615266DE783F538A95096984E67F0AF92217D942AA2F843E41566089"
    assert jump_sign(params, vectors.API_V2_KEY) == expected
    assert jump_sign({**params, "sign": expected}, vectors.API_V2_KEY) == expected


def test_a_payment_page_signs_four_lines() -> None:
    package = "prepay_id=wx201410272009395522657a690389285100"
    message = payment_message("wx2421b1c4370ec43b", "1554208460", "593BEC0C930BF1AFEB40B4A08C8FB242", package)
    assert message == f"wx2421b1c4370ec43b\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n{package}\n".encode()


def test_the_window_is_counted_in_utc() -> None:
    assert Window(datetime(2021, 6, 24, 8, 37, 26, tzinfo=UTC), datetime(2021, 6, 24, 8, 37, 26, tzinfo=UTC)).holds(
        1624523846
    )
