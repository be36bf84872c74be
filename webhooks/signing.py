"""The signature of a webhook, by Standard Webhooks 1.0.0, scheme v1 (HMAC-SHA256). Pure: bytes in, headers out.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

SECRET_PREFIX = "whsec_"  # noqa: S105 - the format's own prefix, not a secret
FEWEST_SECRET_BYTES, MOST_SECRET_BYTES = 24, 64
"""The specification's bounds on a symmetric secret."""


def signed_headers(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of one attempt at `at` (aware); each secret signs, so that receivers can rotate.

    `body` must be the very bytes that are sent. Raises ValueError for no secret, a secret out of format, or an id
    with a full stop, which the signed string could not tell from its own separators.
    """
    if not secrets:
        raise ValueError("no secret to sign with")
    if not message_id or "." in message_id:
        message = f"a message id must be non-empty and free of full stops: {message_id!r}"
        raise ValueError(message)
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def secret_bytes(secret: str) -> bytes:
    """Read `whsec_<base64>`; raises ValueError when it is not that, or not 24 to 64 bytes long."""
    if not secret.startswith(SECRET_PREFIX):
        raise ValueError("a webhook secret begins with whsec_")
    try:
        key = b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a webhook secret is base64 after its prefix") from None
    if not FEWEST_SECRET_BYTES <= len(key) <= MOST_SECRET_BYTES:
        raise ValueError("a webhook secret is 24 to 64 bytes long")
    return key


def _signature(secret: str, signed: bytes) -> str:
    digest = hmac.new(secret_bytes(secret), signed, sha256).digest()
    return f"v1,{b64encode(digest).decode()}"
