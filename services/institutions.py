"""Schools: taken in with their terms, and the API keys they call us with."""

from models.api_key import ApiKey
from models.errors import NotFound
from models.institution import Institution
from services.catalog import require_institution
from services.login import KEY_PREFIX, token_hash
from services.ports import Ports


async def publish_institution(ports: Ports, institution: Institution) -> None:
    """Create or change an institution.

    Its contract is kept under its version first, so that whatever a learner accepts can be read again later. Raises
    Conflict `contract_version_reused` when the text was changed without a new version; nothing is changed then.
    """
    await ports.contracts.add(institution.id, institution.contract)
    await ports.institutions.put(institution)


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
