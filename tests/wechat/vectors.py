"""Published test vectors and the keys that belong to them; sources are named beside each."""

import json
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

SAMPLES = Path(__file__).parent / "samples"

API_V3_KEY = b"testMchAPIv3Key0"
"""Of wechatpay-go's notification: 16 bytes, so AES-128 in that one vector."""

API_V2_KEY = b"192006250b4c09247ec02edce69f6a2d"
"""Of the example in WeChat Pay's APIv2 signature page."""

NOTICE_AT = datetime.fromtimestamp(1624523846, UTC)


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def notice_headers() -> dict[str, str]:
    """wechatpay-go, core/notify/notify_test.go (Apache-2.0)."""
    headers: dict[str, str] = json.loads(sample("go_notice_headers.json"))
    return headers


def private_key() -> RSAPrivateKey:
    """wechatpay-go, utils/sign_test.go (Apache-2.0); it belongs to the certificate below."""
    key = load_pem_private_key(sample("go_key.pem").replace(b"TESTING KEY", b"PRIVATE KEY"), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


def platform_key() -> RSAPublicKey:
    key = x509.load_pem_x509_certificate(sample("go_certificate.pem")).public_key()
    assert isinstance(key, RSAPublicKey)
    return key
