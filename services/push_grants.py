"""The ledger of subscribe messages a person allowed: one accept is one message.

WeChat's own events are what counts, never what the Mini Program says of them; and when WeChat says there is none left
(43101), that is so whatever was counted here.
"""

from collections.abc import Sequence

from models.inbox import InboxState
from models.messages import Grant, Incoming
from services.ports import Ports
from services.unreadable import stored_arrival

INBOX_KIND = "miniprogram_message"
ACCEPTED = "accept"
TAKEN_BACK = frozenset({"reject", "ban"})


async def take_push(ports: Ports, incoming: Incoming) -> None:
    """Take one push to the Mini Program's door; a repeat of it changes nothing."""
    state = await ports.inbox.begin(incoming.key, INBOX_KIND, incoming.model_dump_json(), ports.settings.lease)
    if state in {InboxState.NEW, InboxState.UNFINISHED}:
        await take_grants(ports, incoming.openid, incoming.grants)
        await ports.inbox.finish(incoming.key)


async def take_grants(ports: Ports, openid: str, grants: Sequence[Grant]) -> None:
    """Count what was accepted, forget what was refused; other words change nothing."""
    for grant in grants:
        if grant.status == ACCEPTED:
            await ports.grants.add(openid, grant.template_id, 1)
        elif grant.status in TAKEN_BACK:
            await ports.grants.clear(openid, grant.template_id)


async def unfinished(ports: Ports, limit: int) -> dict[str, str]:
    """Return pushes begun by a process that died, as they were stored, by their keys."""
    return dict(await ports.inbox.unfinished(INBOX_KIND, limit=limit))


async def take_up(ports: Ports, key: str, stored: str) -> None:
    """Redo a push that was begun and never done; raises Unreadable."""
    await take_push(ports, await stored_arrival(ports, Incoming, INBOX_KIND, key, stored))
