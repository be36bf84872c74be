"""Codes, session keys, and what a session_key signs."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from wechat_simulator.users import UserCode
from wechat_simulator.weixin.session_keys import (
    encrypt_open_data,
    is_login_signature,
    login_signature,
    raw_data_signature,
)
from wechat_simulator.weixin.sessions import Sessions, redeem

T0 = datetime(2026, 3, 1, tzinfo=UTC)
RAW_DATA = (
    '{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN",'
    '"avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6nIGBiay'
    'cAjAtpujxyzYsrztuuICqIM5ibXQ/0"}'
)


def test_raw_data_signature_of_the_page() -> None:
    signature = raw_data_signature(RAW_DATA, "HyVFkGl5F5OQWJZZaNzBBg==")
    assert signature == "75e81ceda165f4ffa64f4068af58c64b8f54b88c"


def test_login_signature_of_the_page() -> None:
    """The payment page's sample shows that the base64 text is the HMAC key."""
    message = '{"openid": "xxx", "user_ip": "127.0.0.1", "env": 0}'
    assert login_signature("9hAb/NEYUlkaMBEsmFgzig==", message) == (
        "089d9e8dc5d308977360c4b79ec600a93d736802802a807d634192328032f6c7"
    )


def test_login_signature_signs_the_empty_string_with_the_text_key() -> None:
    key = base64.b64encode(b"0123456789abcdef").decode()
    assert is_login_signature(hmac.new(key.encode(), b"", hashlib.sha256).hexdigest(), key)
    assert not is_login_signature(
        hmac.new(b"0123456789abcdef", b"", hashlib.sha256).hexdigest(), key
    )
    assert not is_login_signature("é", key)


def test_open_data_decrypts_with_the_decoded_key() -> None:
    key, iv = b"0123456789abcdef", b"fedcba9876543210"
    encrypted = encrypt_open_data(b'{"phoneNumber":"1"}', base64.b64encode(key).decode(), iv)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    padded = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
    assert padded[: -padded[-1]] == b'{"phoneNumber":"1"}'


def test_the_key_rotates_only_after_its_minimum_life() -> None:
    sessions = Sessions()
    keys = iter(["k1", "k2"])

    def log_in(seconds: int) -> str:
        at = T0 + timedelta(seconds=seconds)
        return sessions.log_in("o1", at, lambda: next(keys), 600).value

    assert [log_in(0), log_in(599), log_in(600)] == ["k1", "k1", "k2"]


def test_a_key_dies_when_it_is_not_used() -> None:
    sessions = Sessions()
    sessions.log_in("o1", T0, lambda: "k1", 600)
    assert sessions.live_key("o1", T0 + timedelta(seconds=99), 100) is not None
    assert sessions.live_key("o1", T0 + timedelta(seconds=100), 100) is None
    assert sessions.live_key("nobody", T0, 100) is None


def test_a_code_works_once_within_five_minutes_for_its_own_use_and_app() -> None:
    code = UserCode("a", "login", "u1", "wx1", T0)
    late = UserCode("b", "login", "u1", "wx1", T0)
    assert redeem(code, "phone", "wx1", T0) == "invalid"
    assert redeem(code, "login", "wx2", T0) == "foreign"
    assert redeem(code, "login", "wx1", T0 + timedelta(seconds=299)) is None
    assert redeem(code, "login", "wx1", T0) == "used"
    assert redeem(late, "login", "wx1", T0 + timedelta(seconds=300)) == "invalid"
    assert redeem(None, "login", "wx1", T0) == "invalid"
