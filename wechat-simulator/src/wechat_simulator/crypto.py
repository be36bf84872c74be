"""WeChat Pay's cryptography: RSA-SHA256, AES-GCM, HMAC-SHA256. Keys are values, never files."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEME = "WECHATPAY2-SHA256-RSA2048"
_PADDING = padding.PKCS1v15()
_SHA256 = hashes.SHA256()


def request_message(method: str, url: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """Return the five signed lines of a request; ``url`` is path and query as sent.

    Source: "签名生成",
    pay.weixin.qq.com/docs/merchant/development/interface-rules/signature-generation.html
    """
    return f"{method}\n{url}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"


def answer_message(timestamp: str, nonce: str, body: bytes) -> bytes:
    """Return the three signed lines of an answer or a notice.

    Source: "签名验证",
    pay.weixin.qq.com/docs/merchant/development/interface-rules/signature-verification.html
    """
    return f"{timestamp}\n{nonce}\n".encode() + body + b"\n"


def rsa_sign(key: rsa.RSAPrivateKey, message: bytes) -> str:
    """Return the base64 RSASSA-PKCS1-v1_5 SHA-256 signature."""
    return base64.b64encode(key.sign(message, _PADDING, _SHA256)).decode()


def rsa_verify(key: rsa.RSAPublicKey, message: bytes, signature: str) -> bool:
    """Return whether ``signature`` (base64, possibly nonsense) is right for ``message``."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, _PADDING, _SHA256)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def aes_gcm_encrypt(key: str, nonce: str, associated_data: str, plaintext: bytes) -> str:
    """Return base64(ciphertext and 16-byte tag); the ASCII bytes of ``key`` are the key."""
    cipher = AESGCM(key.encode())
    return base64.b64encode(
        cipher.encrypt(nonce.encode(), plaintext, associated_data.encode())
    ).decode()


def aes_gcm_decrypt(key: str, nonce: str, associated_data: str, ciphertext: str) -> bytes:
    """Return the plaintext; cryptography's InvalidTag when anything was changed."""
    cipher = AESGCM(key.encode())
    return cipher.decrypt(nonce.encode(), base64.b64decode(ciphertext), associated_data.encode())


def hmac_sign(fields: Mapping[str, str], key: str) -> str:
    """Return the APIv2 HMAC-SHA256 sign: sorted non-empty fields, then ``&key=``."""
    pairs = sorted((k, v) for k, v in fields.items() if v and k != "sign")
    text = "&".join(f"{k}={v}" for k, v in pairs) + f"&key={key}"
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().upper()
