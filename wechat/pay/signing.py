"""Signatures and encryption of WeChat Pay, pure: bytes in, values out.

Source: pay.weixin.qq.com/docs/merchant/development/interface-rules (signature generation, signature verification,
callback decryption).
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

SCHEME = "WECHATPAY2-SHA256-RSA2048"
ALGORITHM = "AEAD_AES_256_GCM"

TIMESTAMP_HEADER = "wechatpay-timestamp"
NONCE_HEADER = "wechatpay-nonce"
SIGNATURE_HEADER = "wechatpay-signature"
SERIAL_HEADER = "wechatpay-serial"

TOLERANCE = timedelta(seconds=300)
"""How far WeChat's time stamp may lie from our now; the official libraries allow the same."""

MAX_TIMESTAMP_DIGITS = 12


class UnprovenError(Exception):
    """The message is not provably WeChat's; `why` is missing, stale, unknown_key or mismatch."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class UndecipherableError(Exception):
    """The ciphertext was not made with our key, or not for this nonce and associated data."""


@dataclass(frozen=True)
class Window:
    """When the message can have been signed: for an answer, between our asking and its arrival."""

    earliest: datetime
    latest: datetime

    def holds(self, timestamp_s: int) -> bool:
        """Say whether a time stamp lies in the window, give or take the tolerance."""
        lower, upper = self.earliest - TOLERANCE, self.latest + TOLERANCE
        return lower.timestamp() < timestamp_s < upper.timestamp()


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """Sign with RSA, PKCS#1 v1.5 and SHA-256; gives base64."""
    return b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def request_message(method: str, url: str, timestamp_s: int, nonce: str, body: bytes) -> bytes:
    """Lay out the five lines a request signs; `url` is path and query exactly as sent, the body may be empty."""
    return f"{method}\n{url}\n{timestamp_s}\n{nonce}\n".encode() + body + b"\n"


def authorization(mchid: str, serial: str, timestamp_s: int, nonce: str, signature: str) -> str:
    """Write the Authorization header of a signed request."""
    items = {
        "mchid": mchid,
        "nonce_str": nonce,
        "signature": signature,
        "timestamp": timestamp_s,
        "serial_no": serial,
    }
    return f"{SCHEME} " + ",".join(f'{key}="{value}"' for key, value in items.items())


def verify(platform: Mapping[str, RSAPublicKey], headers: Mapping[str, str], body: bytes, window: Window) -> None:
    """Check that WeChat signed exactly these bytes within the window; raises UnprovenError.

    A probe (a signature beginning WECHATPAY/SIGNTEST/) is refused like any signature that does not fit, and so is
    one that is not base64.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    timestamp, nonce = lower.get(TIMESTAMP_HEADER, ""), lower.get(NONCE_HEADER, "")
    signature, serial = lower.get(SIGNATURE_HEADER, ""), lower.get(SERIAL_HEADER, "")
    if not (timestamp and nonce and signature and serial):
        raise UnprovenError("missing")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > MAX_TIMESTAMP_DIGITS:
        raise UnprovenError("stale")
    if not window.holds(int(timestamp)):
        raise UnprovenError("stale")
    key = platform.get(serial.upper())
    if key is None:
        raise UnprovenError("unknown_key")
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    try:
        key.verify(b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError) as error:
        raise UnprovenError("mismatch") from error


def is_signed(headers: Mapping[str, str]) -> bool:
    """Say whether an answer claims a signature at all; answers of a gateway in between do not."""
    return any(name.lower() == SIGNATURE_HEADER for name in headers)


def seal(key: RSAPublicKey, secret: str) -> str:
    """Encrypt a sensitive field for WeChat: RSAES-OAEP with SHA-1 ("sensitive fields" of the interface rules)."""
    return b64encode(key.encrypt(secret.encode(), OAEP(MGF1(SHA1()), SHA1(), None))).decode()  # noqa: S303 - WeChat's


def decrypt(key: bytes, nonce: str, ciphertext: str, associated_data: str) -> bytes:
    """Decrypt AES-GCM (base64 of cipher and 16-byte tag); the associated data may be empty.

    Raises UndecipherableError.
    """
    try:
        return AESGCM(key).decrypt(nonce.encode(), b64decode(ciphertext, validate=True), associated_data.encode())
    except (InvalidTag, ValueError) as error:
        raise UndecipherableError from error


def jump_sign(params: Mapping[str, str], api_v2_key: bytes) -> str:
    """Sign a jump to a Pay Score page: HMAC-SHA256 under the APIv2 key, upper-case hexadecimal.

    Every non-empty field but `sign`, sorted by name, joined as a query, then `&key=` and the key itself.
    """
    pairs = "&".join(f"{name}={params[name]}" for name in sorted(params) if params[name] and name != "sign")
    return hmac.new(api_v2_key, f"{pairs}&key=".encode() + api_v2_key, sha256).hexdigest().upper()


def payment_message(appid: str, timestamp: str, nonce: str, package: str) -> bytes:
    """Lay out the four lines wx.requestPayment's paySign signs."""
    return f"{appid}\n{timestamp}\n{nonce}\n{package}\n".encode()
