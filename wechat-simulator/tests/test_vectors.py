"""Vectors that WeChat published (or that follow from its rules) against our own crypto.

V1 to V5 are from wechatpay-go (Apache-2.0) and WxJava; V6, the paySign of WeChat's own page, is
left out: neither its private nor its public key is public.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate

from wechat_simulator.crypto import (
    aes_gcm_decrypt,
    aes_gcm_encrypt,
    answer_message,
    hmac_sign,
    request_message,
    rsa_sign,
    rsa_verify,
)
from wechat_simulator.keys import KeyRing

SAMPLES = Path(__file__).parent / "samples"
V1_SIGNATURE = (
    "tJHIiIS9eB2hAYstmAmbbD3ZE5LiIm/Ug5tuL4fC0YOFRWIHV39UFIZXC0e9Wl6lBu6sKvkqDkzpqzBs"
    "VHyXFlbYZTOQrVdG4b6LfTnK4mikv9++ixJMd3vTf2yCqvBkh98zs3Ds5zsYQakzbcwhmw4fMJs4nPLw"
    "s28H0UW9FjDR//rxELLwXvV1VEA1IBLX70xptjL8hrfUjEE8kkry6yNJTHZRU8CAc7qHli2Ng1V1qb9A"
    "RbK8A3ThmFmPQvRGrapI/jS2laKKgYUmfdEdkNO6B2Cke5e8VTxY406ArAmQ90GAihDwIcb16TQMnzCM"
    "BoutnwZKNiKRACrFmtxw2Q=="
)
V3_SIGNATURE = (
    "BKyAfU4iMCuvXMXS0Wzam3V/cnxZ+JaqigPM5OhljS2iOT95OO6Fsuml2JkFANJU9K6q9bLlDhPXuoVz"
    "+pp4hAm6pHU4ld815U4jsKu1RkyaII+1CYBUYC8TK0XtJ8FwUXXz8vZHh58rrAVN1XwNyvD1vfpxrMT4"
    "SL536GLwvpUHlCqIMzoZUguLli/K8V29QiOhuH6IEqLNJn8e9b3nwNcQ7be3CzYGpDAKBfDGPCqCv8Rw"
    "5zndhlffk2FEA70G4hvMwe51qMN/RAJbknXG23bSlObuTCN7Ndj1aJGH6/L+hdwfLpUtJm4QYVazzW7D"
    "FD27EpSQEqA8bX9+8m1rLg=="
)
V5_SIGNATURE = (
    "mG2drrUCDR7EVrJmQVI6eW5VlDB0zzpcYLC83UiNxe1aNAomazwWci4q/HPA7MmlbGAswwSE7iPiLy3v"
    "flXohf42WXNA031htDbpBCVt1ti2teKFPh531KK07unc+CrCiepz6veTgsylXYO4iBI+DYQ4UDj+r8A/"
    "lhqj7yHmtLjvcJ45Og6Wdecd/T7jGgMwcEe1mR7HLzC7R6snnLOaRwnPCe6WyiWGDHHuQzvNFeaztpM3"
    "noedCPEwGculoy2MPVvNER6TpM8CUijpKChWM7Q5vIwg8QYv9bH7IuZitLMAgx0+cgaNzFbzZuXxwGB6"
    "wIAmv70dWcQx8F2erR/Nzw=="
)
API_V2_KEY = "192006250b4c09247ec02edce69f6a2d"


@pytest.fixture
def public() -> RSAPublicKey:
    pem = (SAMPLES / "published_test_certificate.pem").read_bytes()
    key = load_pem_x509_certificate(pem).public_key()
    assert isinstance(key, RSAPublicKey)
    return key


def test_v1_a_recorded_notice_verifies_and_decrypts(public: RSAPublicKey) -> None:
    body = (SAMPLES / "open_service_notice.json").read_bytes()
    message = answer_message("1624523846", "EcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBz", body)
    assert rsa_verify(public, message, V1_SIGNATURE)
    assert not rsa_verify(public, message + b" ", V1_SIGNATURE)
    resource = json.loads(body)["resource"]
    sealed = (resource["nonce"], resource["associated_data"], resource["ciphertext"])
    plain = json.loads(aes_gcm_decrypt("testMchAPIv3Key0", *sealed))
    assert plain == {
        "mchid": "1234567890",
        "appid": "054aa7d7a2a54ab5898df65bd96f001c",
        "create_time": "2020-06-30T12:12:00+08:00",
        "out_contract_code": "21640bdbd08e473e828f3206a2741c6e",
    }


def test_v2_aes_gcm_both_ways() -> None:
    arguments = ("testAPIv3Key0000", "wCq51qZv4Yfg", "Dl56FrqWQJF1t9LtC3vEUsniZKvbqdR8")
    sealed = "FsdXzxryWfKwvLJKf8LG/ToRPTRh8RN9wROC"
    assert aes_gcm_encrypt(*arguments, b"Hello World") == sealed
    assert aes_gcm_decrypt(*arguments, sealed) == b"Hello World"
    with pytest.raises(InvalidTag):
        aes_gcm_decrypt("testAPIv3Key0001", *arguments[1:], sealed)


def test_v3_rsa_sha256(public: RSAPublicKey) -> None:
    assert rsa_verify(public, b"source", V3_SIGNATURE)
    for nonsense in ("", "not base64 ☂", "WECHATPAY/SIGNTEST/" + V3_SIGNATURE[19:]):
        assert not rsa_verify(public, b"source", nonsense)


def test_v4_hmac_of_the_old_interface() -> None:
    fields = {
        "appid": "wxd930ea5d5a258f4f",
        "body": "test",
        "device_info": "1000",
        "mch_id": "10000100",
        "nonce_str": "ibuaiVcKdpRxkhJA",
        "empty": "",
        "sign": "ignored",
    }
    expected = "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6"
    assert hmac_sign(fields, API_V2_KEY) == expected


def test_v5_the_five_lines_of_a_request(public: RSAPublicKey) -> None:
    message = request_message("GET", "/v3/certificates", "1624523846", "A1B2C3D4E5F6G7", b"")
    assert message == b"GET\n/v3/certificates\n1624523846\nA1B2C3D4E5F6G7\n\n"
    assert rsa_verify(public, message, V5_SIGNATURE)


@pytest.mark.parametrize(
    ("data", "sealed"),
    [
        (
            "payscore",
            "Eu6myr+6AqEHeYBOZPZ6BX59/kzqzyF2Lo4OrfBw7JkYqdSZDG7Q5wU01YJzGJyvJk2HjLncgucS4iYlMQ==",
        ),
        (
            "",
            "Eu6myr+6AqEHeYBOZPZ6BX59/kzqzyF2Lo4OrfBw7JkYqdSZDG7Q5wU01YJzAhMDMeAaZzAZgsjOReTeVg==",
        ),
    ],
)
def test_v7_aes_256_gcm_with_and_without_associated_data(data: str, sealed: str) -> None:
    arguments = ("0123456789abcdef0123456789abcdef", "abcdefghijkl", data)
    plain = b'{"out_order_no":"LESSON-0001","state":"DONE"}'
    assert aes_gcm_encrypt(*arguments, plain) == sealed
    assert aes_gcm_decrypt(*arguments, sealed) == plain


def test_v8_the_sign_of_a_detail_page_jump() -> None:
    fields = {
        "mch_id": "1230000109",
        "nonce_str": "zyx987",
        "out_order_no": "LESSON-0001",
        "service_id": "00004000000000000000000000000001",
        "sign_type": "HMAC-SHA256",
        "timestamp": "1700000000",
    }
    expected = "9A3523AD615266DE783F538A95096984E67F0AF92217D942AA2F843E41566089"
    assert hmac_sign(fields, API_V2_KEY) == expected


def test_what_we_sign_verifies_and_is_deterministic(keys: KeyRing) -> None:
    pair = keys.get("merchant:1900000001")
    signature = rsa_sign(pair.private, b"source")
    assert rsa_verify(pair.public, b"source", signature)
    assert rsa_sign(pair.private, b"source") == signature
    assert not rsa_verify(pair.public, b"Source", signature)
