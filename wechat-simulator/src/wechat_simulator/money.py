"""Moving money: the only place where a payment, a deduction or a refund changes a balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wechat_simulator.ledger import Entry

if TYPE_CHECKING:
    from wechat_simulator.ledger import EntryKind
    from wechat_simulator.world import World


def move(world: World, kind: EntryKind, user_id: str, **fields: Any) -> Entry:
    """Add an entry (fields as in ``Entry``) and move the user's balance accordingly."""
    entry = Entry(
        id=f"e{world.ids.number('entry')}", at=world.now(), kind=kind, user_id=user_id, **fields
    )
    user = world.users.users[user_id]
    if kind in ("deduction", "payment"):
        user.balance_fen -= entry.amount_fen
    elif kind == "refund":
        user.balance_fen += entry.amount_fen
    world.ledger.entries.append(entry)
    return entry
