"""Signature and encryption of pushed messages and of passive replies.

Source of every rule: developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-
push.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
RANDOM_PREFIX = 16
LENGTH_FIELD = 4
ENCODING_AES_KEY_CHARS = 43


class SealError(Exception):
    """An envelope that cannot be opened; the text names the first thing that is wrong with it."""


def sign(*parts: str) -> str:
    """Lower-case hex SHA-1 of the parts, sorted as strings and joined without a separator."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Seal:
    """What one app shares with its developer: Token, EncodingAESKey (43 chars), appid."""

    token: str
    encoding_aes_key: str
    appid: str

    def encrypt(self, message: bytes, random_prefix: bytes) -> str:
        """Base64 of AES-256-CBC over: 16 random bytes, big-endian length, message, appid."""
        if len(random_prefix) != RANDOM_PREFIX:
            reason = f"the random prefix has {len(random_prefix)} bytes, not {RANDOM_PREFIX}"
            raise SealError(reason)
        length = len(message).to_bytes(LENGTH_FIELD, "big")
        encryptor = self._cipher().encryptor()
        padded = _pad(random_prefix + length + message + self.appid.encode())
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """Return the message inside, after checking padding, length and appid; else SealError."""
        try:
            data = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            reason = "Encrypt is not base64"
            raise SealError(reason) from error
        if not data or len(data) % BLOCK:
            reason = f"the ciphertext has {len(data)} bytes, not a multiple of {BLOCK}"
            raise SealError(reason)
        decryptor = self._cipher().decryptor()
        return self._unwrap(_unpad(decryptor.update(data) + decryptor.finalize()))

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """Return `msg_signature`: it covers the ciphertext, which `signature` does not."""
        return sign(self.token, timestamp, nonce, encrypted)

    def verify(self, msg_signature: str, timestamp: str, nonce: str, encrypted: str) -> bool:
        """Compare in constant time."""
        expected = self.sign(timestamp, nonce, encrypted)
        return hmac.compare_digest(expected.encode(), msg_signature.encode())

    def _cipher(self) -> Cipher[modes.CBC]:
        try:
            key = base64.b64decode(self.encoding_aes_key + "=", validate=True)
        except (binascii.Error, ValueError) as error:
            reason = "EncodingAESKey is not base64"
            raise SealError(reason) from error
        if len(self.encoding_aes_key) != ENCODING_AES_KEY_CHARS:
            length = len(self.encoding_aes_key)
            reason = f"EncodingAESKey has {length} characters, not {ENCODING_AES_KEY_CHARS}"
            raise SealError(reason)
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def _unwrap(self, plain: bytes) -> bytes:
        start = RANDOM_PREFIX + LENGTH_FIELD
        length = int.from_bytes(plain[RANDOM_PREFIX:start], "big")
        message, appid = plain[start : start + length], plain[start + length :]
        if len(plain) < start or len(message) != length:
            reason = "the length inside does not fit the plaintext"
            raise SealError(reason)
        if appid != self.appid.encode():
            reason = "the appid inside is another one"
            raise SealError(reason)
        return message


def _pad(data: bytes) -> bytes:
    """PKCS#7 with a block of 32 bytes, although AES has 16: WeChat's own choice."""
    count = BLOCK - len(data) % BLOCK
    return data + bytes([count]) * count


def _unpad(data: bytes) -> bytes:
    count = data[-1]
    if not 1 <= count <= BLOCK or data[-count:] != bytes([count]) * count:
        reason = "the padding is wrong"
        raise SealError(reason)
    return data[:-count]
