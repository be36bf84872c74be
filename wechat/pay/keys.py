"""A merchant's keys, read once: reading one private key costs about 40 ms."""

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from wechat.config import KeyFiles, MerchantConfig, PlatformKey

PUBLIC_KEY_PREFIX = "PUB_KEY_ID_"

log = structlog.get_logger(__name__)


class UnusableKeyError(Exception):
    """A key that cannot be read, is no RSA key, or lies open to others; the message names the file."""


@dataclass(frozen=True)
class MerchantKeys:
    """What signs for a merchant and what proves WeChat to it.

    `platform` holds the keys WeChat signs with, by the id of header Wechatpay-Serial; several may be valid at once.
    An empty secret closes whatever door it would open.
    """

    merchant_id: str
    mchid: str
    serial: str
    private_key: RSAPrivateKey
    platform: Mapping[str, RSAPublicKey]
    api_v3_key: bytes = b""
    api_v2_key: bytes = b""

    @property
    def answer_key_id(self) -> str | None:
        """Return the public key id answers should be signed with; None leaves the choice (a certificate) to WeChat.

        Source: header Wechatpay-Serial of requests in public key mode (signature rules).
        """
        return next((key_id for key_id in self.platform if key_id.startswith(PUBLIC_KEY_PREFIX)), None)

    @property
    def sealing_key(self) -> tuple[str, RSAPublicKey]:
        """Return the id and the key of WeChat's that what nobody else may read is encrypted for.

        Source: "sensitive fields" of the interface rules; the id goes into Wechatpay-Serial.
        """
        key_id = self.answer_key_id or list(self.platform)[-1]
        return key_id, self.platform[key_id]


def load_keys(merchant: MerchantConfig, key_files: KeyFiles) -> MerchantKeys:
    """Read a merchant's keys; raises UnusableKeyError."""
    return MerchantKeys(
        merchant_id=merchant.id,
        mchid=merchant.mchid,
        serial=merchant.serial.upper(),
        private_key=_private_key(merchant, key_files),
        platform=platform_keys(merchant.platform_keys),
        api_v3_key=merchant.api_v3_key.get_secret_value().encode(),
        api_v2_key=merchant.api_v2_key.get_secret_value().encode(),
    )


def platform_keys(keys: Iterable[PlatformKey]) -> dict[str, RSAPublicKey]:
    """Read the keys WeChat signs with, public keys and certificates alike; raises UnusableKeyError."""
    return {key.id.upper(): _public_key(key) for key in keys}


def _private_key(merchant: MerchantConfig, key_files: KeyFiles) -> RSAPrivateKey:
    pem = merchant.private_key_pem.get_secret_value().encode()
    if merchant.private_key_path is not None:
        _guard(merchant.private_key_path, key_files)
        pem = _read(merchant.private_key_path)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        message = f"merchant {merchant.id}: the private key cannot be read"
        raise UnusableKeyError(message) from error
    if not isinstance(key, RSAPrivateKey):
        message = f"merchant {merchant.id}: the private key is no RSA key"
        raise UnusableKeyError(message)
    return key


def _public_key(key: PlatformKey) -> RSAPublicKey:
    pem = key.pem.encode() if key.path is None else _read(key.path)
    try:
        is_certificate = b"BEGIN CERTIFICATE" in pem
        public = x509.load_pem_x509_certificate(pem).public_key() if is_certificate else load_pem_public_key(pem)
    except ValueError as error:
        message = f"platform key {key.id} cannot be read"
        raise UnusableKeyError(message) from error
    if not isinstance(public, RSAPublicKey):
        message = f"platform key {key.id} is no RSA key"
        raise UnusableKeyError(message)
    return public


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise UnusableKeyError(message) from error


def _guard(path: Path, key_files: KeyFiles) -> None:
    """Only the owner may read a private key (point 19 of WeChat's quality checklist)."""
    try:
        open_to_others = path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    except OSError:
        return  # reading it says what is wrong
    if not open_to_others:
        return
    if key_files is KeyFiles.REFUSE:
        message = f"{path} can be read by others: chmod 600 it"
        raise UnusableKeyError(message)
    log.warning("private_key_open_to_others", path=str(path))
