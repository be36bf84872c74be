"""Numbers and names that WeChat makes, repeatable for a seed and independent of call order."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field

from wechat_simulator.plain import Kept

_ALNUM = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TO_DIGITS = bytes(b"0123456789"[byte % 10] for byte in range(256))
_TO_ALNUM = bytes(_ALNUM[byte % len(_ALNUM)] for byte in range(256))


@dataclass
class Ids(Kept):
    """One counter per kind; the n-th id of a kind depends on seed, kind and n alone."""

    seed: int = 0
    counters: dict[str, int] = field(default_factory=dict)

    def number(self, kind: str) -> int:
        """Return 1, 2, 3 … for ``kind``."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def raw(self, kind: str, length: int) -> bytes:
        """Return the next ``length`` pseudo-random bytes of ``kind``."""
        text = f"{self.seed}:{kind}:{self.number(kind)}".encode()
        return hashlib.shake_256(text).digest(length)

    def hex(self, kind: str, length: int) -> str:
        """Return ``length`` lower-case hexadecimal characters."""
        return self.raw(kind, (length + 1) // 2).hex()[:length]

    def digits(self, kind: str, length: int) -> str:
        """Return ``length`` decimal digits."""
        return self.raw(kind, length).translate(_TO_DIGITS).decode()

    def alnum(self, kind: str, length: int) -> str:
        """Return ``length`` letters and digits."""
        return self.raw(kind, length).translate(_TO_ALNUM).decode()

    def urlsafe(self, kind: str, length: int) -> str:
        """Return ``length`` characters of url-safe base64."""
        return base64.urlsafe_b64encode(self.raw(kind, length)).decode()[:length]

    def uuid(self, kind: str) -> str:
        """Return text in the shape of a UUID."""
        text = self.hex(kind, 32)
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
