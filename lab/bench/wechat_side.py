"""WeChat Pay's side of a notice, with a key made on the spot and configured as one WeChat signs with."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from secrets import token_hex

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from models.order import Order
from wechat.config import PlatformKey

KEY_ID = "PUB_KEY_ID_0000000000000000000000000002"
WORD = "payscore"


class Platform:
    """Signs and seals what WeChat Pay would send."""

    def __init__(self) -> None:
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.key = PlatformKey(id=KEY_ID, pem=public.decode())

    def headers(self, body: bytes) -> dict[str, str]:
        """Sign these bytes now."""
        timestamp, nonce = str(int(datetime.now(UTC).timestamp())), token_hex(16)
        message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        return {
            "Content-Type": "application/json",
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": b64encode(self.private.sign(message, padding.PKCS1v15(), SHA256())).decode(),
            "Wechatpay-Serial": KEY_ID,
        }


def user_paid(order: Order, api_v3_key: str) -> bytes:
    """Write the notice PAYSCORE.USER_PAID about a completed order: the body as it is on the wire."""
    charge = order.charges[0]
    fen = charge.completion.amount_fen if charge.completion else 0
    payment = {
        "seq": 1,
        "amount": fen,
        "paid_type": "NEWTON",
        "paid_time": "20260301120000",
        "transaction_id": f"42{token_hex(13)}",
    }
    content = {
        "appid": order.channel.appid,
        "mchid": order.channel.mchid,
        "service_id": order.channel.service_id,
        "out_order_no": charge.no,
        "order_id": f"wx{charge.no}",
        "openid": order.buyer.openid,
        "state": "DONE",
        "total_amount": fen,
        "service_introduction": order.course.introduction,
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
    nonce = token_hex(6)
    plain = json.dumps(content, ensure_ascii=False).encode()
    ciphertext = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), plain, WORD.encode())
    envelope = {
        "id": token_hex(16),
        "create_time": "2026-03-01T12:00:00+08:00",
        "event_type": "PAYSCORE.USER_PAID",
        "resource_type": "encrypt-resource",
        "summary": "支付成功",
        "resource": {
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": b64encode(ciphertext).decode(),
            "associated_data": WORD,
            "nonce": nonce,
            "original_type": WORD,
        },
    }
    return json.dumps(envelope).encode()
