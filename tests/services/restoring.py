"""A backup of the world's memory, and its restore: what happened at WeChat in between stays happened."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from models.charge import PAID_OUTSIDE
from models.generation import Generation, Memory, generation_mark
from models.order import Order
from services.catching_up import catch_up
from services.ports import Ports
from tests.fakes.memory_generations import MemoryGenerations
from tests.fakes.school_world import SchoolWorld

ASKING = ("query_",)


@dataclass(frozen=True)
class Backup:
    """All documents, and as of when they are."""

    at: Any
    collections: dict[str, Any]


def back_up(w: SchoolWorld) -> Backup:
    return Backup(w.clock.at, deepcopy(w.database.collections))


async def restore(w: SchoolWorld, backup: Backup, number: int = 2) -> Generation:
    """Forget everything since the backup, and begin another life."""
    for name, documents in w.database.collections.items():
        documents.clear()
        documents.update(deepcopy(backup.collections.get(name, {})))
    w.database.claims.clear()
    life = Generation(
        number=number,
        mark=generation_mark(w.clock.at),
        memory=Memory.CATCHING_UP,
        begun_at=w.clock.at,
        backup_at=backup.at,
    )
    for order in w.database.collection("orders").values():
        order.generation = life.mark
    await MemoryGenerations(w.database).begin(life)
    w.ids.mark = life.mark
    return life


async def catch_up_all(w: SchoolWorld, ports: Ports | None = None, page: int = 50) -> None:
    """Let a worker catch up; it asks WeChat, and does nothing there."""
    before = len(w.wechat.calls)
    for _ in range(50):
        if (await MemoryGenerations(w.database).current()).memory is Memory.WHOLE:
            break
        await catch_up(ports or w.ports, page)
    assert [call for call in w.wechat.calls[before:] if not call.startswith(ASKING)] == []


def kept_fen(order: Order) -> int:
    """What we believe to have taken and not given back."""
    return order.paid_fen - order.refunded_fen


def kept_at_wechat_fen(w: SchoolWorld, order: Order) -> int:
    """What WeChat took and did not give back."""
    return w.wechat.ledger.taken_fen(order.no) - w.wechat.ledger.returned_fen(order.no)


def outside_fen(order: Order) -> int:
    """What the learner paid the school itself."""
    return sum(charge.paid_fen for charge in order.charges if charge.paid_how == PAID_OUTSIDE)
