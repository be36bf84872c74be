"""The published vectors of the message push page, and what must not open."""

import base64

import pytest

from wechat_simulator.weixin.crypto import Seal, SealError, sign
from wechat_simulator.weixin.envelopes import parse

TOKEN = "AAAAA"
SEAL = Seal(TOKEN, "A" * 43, "wxba5fad812f8e6fb9")
ENCRYPTED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv"
    "6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNq"
    "J4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)


@pytest.mark.parametrize(
    ("timestamp", "nonce", "signature"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ("1714112445", "415670741", "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
    ],
)
def test_signature_of_the_url_check_and_of_a_plain_push(
    timestamp: str, nonce: str, signature: str
) -> None:
    assert sign(TOKEN, timestamp, nonce) == signature


def test_msg_signature_covers_the_ciphertext() -> None:
    good = "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
    assert SEAL.verify(good, "1714112445", "415670741", ENCRYPTED)
    assert not SEAL.verify(good, "1714112445", "415670741", ENCRYPTED[:-4] + "AAA=")


def test_the_published_push_decrypts() -> None:
    message = SEAL.decrypt(ENCRYPTED)
    assert len(message) == 167
    assert parse(message, "json")["Event"] == "debug_demo"


def test_the_published_reply_is_encrypted_to_the_byte() -> None:
    encrypted = SEAL.encrypt(b'{"demo_resp":"good luck"}', b"707722b803182950")
    assert encrypted == (
        "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    )
    assert (
        SEAL.sign("1713424427", "415670741", encrypted)
        == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
    )


@pytest.mark.parametrize("length", [0, 1, 11, 12, 31, 32, 33, 4096])
def test_messages_of_any_length_come_back(length: int) -> None:
    message = b"x" * length
    assert SEAL.decrypt(SEAL.encrypt(message, b"0123456789abcdef")) == message


@pytest.mark.parametrize(
    "encrypted",
    [
        "",
        "not base64!",
        "AAAA",
        base64.b64encode(bytes(32)).decode(),
        base64.b64encode(bytes(64)).decode(),
    ],
)
def test_garbage_raises_one_kind_of_error(encrypted: str) -> None:
    with pytest.raises(SealError):
        SEAL.decrypt(encrypted)


def test_a_message_for_another_app_is_refused() -> None:
    other = Seal(TOKEN, "A" * 43, "wx0000000000000000")
    with pytest.raises(SealError, match="another one"):
        other.decrypt(ENCRYPTED)


@pytest.mark.parametrize("key", ["A" * 42, "A" * 44, "!" * 43, ""])
def test_a_key_that_is_no_encoding_aes_key_is_refused(key: str) -> None:
    with pytest.raises(SealError):
        Seal(TOKEN, key, "wx").encrypt(b"", bytes(16))


def test_the_random_prefix_has_sixteen_bytes() -> None:
    with pytest.raises(SealError, match="not 16"):
        SEAL.encrypt(b"", b"short")
