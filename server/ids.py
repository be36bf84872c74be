"""Unguessable numbers from the operating system's randomness."""

from base64 import b32encode
from secrets import token_bytes, token_urlsafe


class RandomIds:
    """Ids of 100 random bits in WeChat's legal characters, tokens of 256."""

    def new(self, prefix: str) -> str:
        """Make an id: the prefix and 20 characters of A-Z2-7."""
        return prefix + b32encode(token_bytes(15)).decode()[:20]

    def token(self) -> str:
        """Make a secret."""
        return token_urlsafe(32)
