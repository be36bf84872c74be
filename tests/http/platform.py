"""WeChat Pay's side of a notice, with a key pair of its own: signed and sealed as the interface rules say.

Written from the rules and not from `wechat/`, so that a mistake there does not agree with itself.
"""

import json
from base64 import b64encode
from datetime import datetime
from secrets import token_hex
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wechat.config import PlatformKey

SERIAL = "PUB_KEY_ID_0000000000000000000000000001"


class Platform:
    """Signs and seals what WeChat Pay would send."""

    def __init__(self) -> None:
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = self._private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.key = PlatformKey(id=SERIAL, pem=public.decode())

    def headers(self, body: bytes, at: datetime) -> dict[str, str]:
        """Sign these bytes at this time."""
        timestamp, nonce = str(int(at.timestamp())), token_hex(16)
        message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        signature = self._private.sign(message, padding.PKCS1v15(), SHA256())
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": b64encode(signature).decode(),
            "Wechatpay-Serial": SERIAL,
        }


def sealed(event: str, content: dict[str, Any], api_v3_key: str) -> bytes:
    """Encrypt what a notice says into the body it has on the wire."""
    nonce = token_hex(6)
    ciphertext = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), json.dumps(content).encode(), b"payscore")
    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": b64encode(ciphertext).decode(),
        "associated_data": "payscore",
        "nonce": nonce,
        "original_type": "payscore",
    }
    return json.dumps(
        {
            "id": token_hex(16),
            "create_time": "2026-11-22T10:00:00+08:00",
            "event_type": event,
            "resource_type": "encrypt-resource",
            "summary": event,
            "resource": resource,
        }
    ).encode()
