"""Institutions' API keys: issued, shown once, and revoked. Rotating is issuing a new one, then revoking the old."""

from models.errors import NotFound
from models.institution import ApiKey
from services.catalog import require_institution
from services.login import KEY_PREFIX, token_hash
from services.ports import Ports

PREFIX_LENGTH = 12
"""How much of a key is kept readable, so that people can tell keys apart."""


async def issue_key(ports: Ports, institution_id: str, name: str) -> str:
    """Make a new key with every scope; only its hash is kept. Raises NotFound for an unknown institution."""
    await require_institution(ports, institution_id)
    key = KEY_PREFIX + ports.ids.token()
    now = await ports.clock.now()
    await ports.institutions.add_key(
        ApiKey(
            hash=token_hash(key), prefix=key[:PREFIX_LENGTH], institution_id=institution_id, name=name, created_at=now
        )
    )
    return key


async def revoke_key(ports: Ports, institution_id: str, prefix: str) -> ApiKey:
    """Let a key open nothing any more; again changes nothing. Raises NotFound when the institution has none such."""
    found = [key for key in await ports.institutions.keys_of(institution_id) if key.prefix == prefix]
    if not found:
        raise NotFound("key_not_found", prefix=prefix)
    now = await ports.clock.now()
    revoked = [key.model_copy(update={"revoked_at": key.revoked_at or now}) for key in found]
    for key in revoked:
        await ports.institutions.add_key(key)
    return revoked[-1]
