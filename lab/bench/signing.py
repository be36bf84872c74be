"""What WeChat's cryptography costs: why keys are read once, and why the database decides and not RSA."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from lab.bench.bench import Bench
from lab.bench.measure import Row, in_turns
from lab.rig.wechatpay import KEY_ID, Signer
from wechat.pay.keys import MerchantKeys, load_keys
from wechat.pay.signing import Window, decrypt, sign, verify

OFTEN, SELDOM = 300, 10
BODY = token_bytes(768).hex().encode()[:1024]


def measure(bench: Bench) -> list[Row]:
    """Sign, verify, decrypt and load, each beside the one primitive it cannot do without."""
    keys = load_keys(bench.merchant, bench.settings.wechat.key_files)
    return [_signing(keys), _verifying(bench.signer), _decrypting(keys), _loading(bench, keys)]


def _signing(keys: MerchantKeys) -> Row:
    row = Row("sign a request of 1 KB (RSA-2048)", "the private key's own sign, no base64")
    return in_turns(
        row, lambda: sign(keys.private_key, BODY), lambda: keys.private_key.sign(BODY, PKCS1v15(), SHA256()), OFTEN
    )


def _verifying(signer: Signer) -> Row:
    row = Row("prove a notice of 1 KB", "the public key's own verify, no headers, time stamp or base64")
    now, public = datetime.now(UTC), signer.private.public_key()
    headers = signer.headers(BODY, now)
    signature = b64decode(headers["Wechatpay-Signature"])
    message = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode() + BODY + b"\n"
    return in_turns(
        row,
        lambda: verify({KEY_ID: public}, headers, BODY, Window(now, now)),
        lambda: public.verify(signature, message, PKCS1v15(), SHA256()),
        OFTEN,
    )


def _decrypting(keys: MerchantKeys) -> Row:
    row = Row("decrypt a notice of 1 KB (AES-256-GCM)", "the cipher's own decrypt, object made before, no base64")
    cipher, nonce = AESGCM(keys.api_v3_key), "abcdef123456"
    sealed = cipher.encrypt(nonce.encode(), BODY, b"payscore")
    text = b64encode(sealed).decode()
    return in_turns(
        row,
        lambda: decrypt(keys.api_v3_key, nonce, text, "payscore"),
        lambda: cipher.decrypt(nonce.encode(), sealed, b"payscore"),
        OFTEN,
    )


def _loading(bench: Bench, keys: MerchantKeys) -> Row:
    row = Row("read a merchant's keys from disk", "one signature with a key read before: what a request costs")
    merchant, files = bench.merchant, bench.settings.wechat.key_files
    return in_turns(row, lambda: load_keys(merchant, files), lambda: sign(keys.private_key, BODY), SELDOM)
