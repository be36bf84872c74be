"""The keys with which WeChat Pay signs: a public-key pair and platform certificates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from wechat_simulator.parts import Part

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

    from wechat_simulator.keys import KeyPair, KeyRing

PUBLIC_KEY_PREFIX = "PUB_KEY_ID_"


@dataclass
class PlatformKeys(Part):
    """Numbers of the generations in use; the last of each list signs, all may be verified."""

    name: ClassVar[str] = "platform_keys"
    certificates: list[int] = field(default_factory=lambda: [1])
    public_keys: list[int] = field(default_factory=lambda: [1])

    @property
    def public_key_id(self) -> str:
        """The id of the public key that signs now."""
        return self.public_key_id_of(self.public_keys[-1])

    @staticmethod
    def public_key_id_of(generation: int) -> str:
        """Return the id of a generation, in the shape WeChat uses."""
        return f"{PUBLIC_KEY_PREFIX}01190000000120250101{generation:018d}"

    @staticmethod
    def certificate_pair(ring: KeyRing, generation: int) -> KeyPair:
        """Return the pair behind a generation of the platform certificate."""
        return ring.get(f"platform:certificate:{generation}")

    @staticmethod
    def public_key_pair(ring: KeyRing, generation: int) -> KeyPair:
        """Return the pair behind a generation of the public key."""
        return ring.get(f"platform:public_key:{generation}")

    def signer(self, ring: KeyRing, serial: str) -> tuple[str, rsa.RSAPrivateKey] | None:
        """Return (serial, key) for a serial that WeChat knows, else None."""
        asked = serial.upper()
        for generation in self.public_keys:
            known = self.public_key_id_of(generation)
            if asked == known:
                return known, self.public_key_pair(ring, generation).private
        for generation in self.certificates:
            pair = self.certificate_pair(ring, generation)
            if asked == pair.serial:
                return pair.serial, pair.private
        return None

    def current(self, ring: KeyRing, kind: str) -> tuple[str, rsa.RSAPrivateKey]:
        """Return (serial, key) that sign now; ``kind`` is ``public_key`` or ``certificate``."""
        if kind == "public_key":
            pair = self.public_key_pair(ring, self.public_keys[-1])
            return self.public_key_id, pair.private
        pair = self.certificate_pair(ring, self.certificates[-1])
        return pair.serial, pair.private
