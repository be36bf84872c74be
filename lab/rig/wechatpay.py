"""WeChat Pay's side of the wire, with a key pair of its own: signed and sealed as the interface rules say.

Written from the rules and not from `wechat/`, so that a mistake there does not agree with itself.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.config import Settings
from wechat.config import PlatformKey

KEY_ID = "PUB_KEY_ID_0000000000000000000000000001"


class Signer:
    """Signs what WeChat Pay sends: notices, and answers to our calls."""

    def __init__(self, key_id: str = KEY_ID, private: RSAPrivateKey | None = None) -> None:
        self.private = private or generate_private_key(public_exponent=65537, key_size=2048)
        public = self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.key = PlatformKey(id=key_id, pem=public.decode())

    def headers(self, body: bytes, at: datetime) -> dict[str, str]:
        """Sign these bytes at this time."""
        timestamp, nonce = str(int(at.timestamp())), token_hex(16)
        message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": b64encode(self.private.sign(message, PKCS1v15(), SHA256())).decode(),
            "Wechatpay-Serial": self.key.id,
        }

    def known_to(self, settings: Settings) -> Settings:
        """Return settings whose merchants take this key for one of WeChat's."""
        merchants = tuple(
            merchant.model_copy(update={"platform_keys": (*merchant.platform_keys, self.key)})
            for merchant in settings.wechat.merchants
        )
        return settings.model_copy(update={"wechat": settings.wechat.model_copy(update={"merchants": merchants})})


def sealed(
    event: str,
    content: Mapping[str, Any] | bytes,
    api_v3_key: str,
    *,
    notice_id: str = "",
    associated_data: str | None = "payscore",
) -> bytes:
    """Encrypt what a notice says into the body it has on the wire; bytes are sealed as they are."""
    plain = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    nonce, bound = token_hex(6), {} if associated_data is None else {"associated_data": associated_data}
    ciphertext = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), plain, (associated_data or "").encode())
    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": b64encode(ciphertext).decode(),
        "nonce": nonce,
        "original_type": "payscore",
    }
    return json.dumps(
        {
            "id": notice_id or token_hex(16),
            "create_time": "2026-03-01T12:00:00+08:00",
            "event_type": event,
            "resource_type": "encrypt-resource",
            "summary": event,
            "resource": resource | bound,
        }
    ).encode()


def user_paid(channel: Mapping[str, Any], openid: str, charge_no: str, fen: int) -> dict[str, Any]:
    """Return what USER_PAID says about a completed service order that was deducted.

    Source: "支付成功回调通知API", pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter6_1_22.shtml
    """
    payment = {
        "seq": 1,
        "amount": fen,
        "paid_type": "NEWTON",
        "paid_time": "20260301120000",
        "transaction_id": f"42{charge_no}",
    }
    return {
        "appid": channel["appid"],
        "mchid": channel["mchid"],
        "service_id": channel["service_id"],
        "out_order_no": charge_no,
        "order_id": f"wx{charge_no}",
        "openid": openid,
        "state": "DONE",
        "total_amount": fen,
        "service_introduction": "思维训练课",
        "post_payments": [{"name": "课时费", "amount": fen, "description": "已上20节", "count": 20}],
        "time_range": {"start_time": "20260101120000", "end_time": "20260301110000"},
        "need_collection": True,
        "collection": {
            "state": "USER_PAID",
            "total_amount": fen,
            "paying_amount": 0,
            "paid_amount": fen,
            "details": [payment],
        },
    }
