"""Taking a school in, or changing what is known about it: its terms are kept for ever before they are shown."""

from models.institution import Institution
from services.ports import Ports


async def publish_institution(ports: Ports, institution: Institution) -> None:
    """Create or change an institution.

    Its contract is kept under its version first, so that whatever a learner accepts can be read again later. Raises
    Conflict `contract_version_reused` when the text was changed without a new version; nothing is changed then.
    """
    await ports.contracts.add(institution.id, institution.contract)
    await ports.institutions.put(institution)
