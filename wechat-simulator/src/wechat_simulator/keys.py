"""RSA keys and certificates, made once per process (or kept in a folder) and shared by worlds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_LIFE = timedelta(days=5 * 365)


@dataclass(frozen=True)
class KeyPair:
    """A private key with a self-signed certificate around its public half."""

    private_pem: str
    certificate_pem: str

    @cached_property
    def private(self) -> rsa.RSAPrivateKey:
        """The private key, parsed once; made here, so the slow check of its primes is left out."""
        key = serialization.load_pem_private_key(
            self.private_pem.encode(), password=None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("not an RSA key")
        return key

    @cached_property
    def public(self) -> rsa.RSAPublicKey:
        """The public key."""
        return self.private.public_key()

    @cached_property
    def public_pem(self) -> str:
        """The public key as WeChat lets a merchant download it (SubjectPublicKeyInfo)."""
        return self.public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The certificate, parsed once."""
        return x509.load_pem_x509_certificate(self.certificate_pem.encode())

    @cached_property
    def serial(self) -> str:
        """The certificate's serial number in upper-case hexadecimal."""
        return f"{self.certificate.serial_number:X}"


def make_pair(common_name: str) -> KeyPair:
    """Return a new 2048-bit pair; takes some tens of milliseconds."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    start = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + _LIFE)
        .sign(key, hashes.SHA256())
    )
    private_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public_pem = certificate.public_bytes(serialization.Encoding.PEM)
    return KeyPair(private_pem.decode(), public_pem.decode())


class KeyRing:
    """Pairs by slot name, such as ``merchant:1900000001``, made when first asked for."""

    def __init__(self) -> None:
        self._pairs: dict[str, KeyPair] = {}

    def get(self, slot: str) -> KeyPair:
        """Return the pair of ``slot``."""
        if slot not in self._pairs:
            self._pairs[slot] = make_pair(slot)
        return self._pairs[slot]

    def save(self, path: Path) -> None:
        """Write all pairs to ``path``, readable by its owner only."""
        plain = {k: [p.private_pem, p.certificate_pem] for k, p in self._pairs.items()}
        path.touch(mode=0o600)
        path.write_text(json.dumps(plain, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Return the ring saved at ``path``, empty when there is none."""
        ring = cls()
        if path.exists():
            plain = json.loads(path.read_text(encoding="utf-8"))
            ring._pairs = {slot: KeyPair(*pair) for slot, pair in plain.items()}
        return ring
