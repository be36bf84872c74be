"""The ledger of subscribe messages a person allowed: one accept is one message."""

from collections.abc import Sequence

from models.messages import Grant
from services.ports import Ports

ACCEPTED = "accept"
TAKEN_BACK = frozenset({"reject", "ban"})


async def take_grants(ports: Ports, openid: str, grants: Sequence[Grant]) -> None:
    """Count what was accepted, forget what was refused; other words change nothing."""
    for grant in grants:
        if grant.status == ACCEPTED:
            await ports.grants.add(openid, grant.template_id, 1)
        elif grant.status in TAKEN_BACK:
            await ports.grants.clear(openid, grant.template_id)
