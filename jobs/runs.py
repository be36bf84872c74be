"""What each job does: mostly, claim a page of what is due by lease, read it, and hand each to its use case.

`jobs/table.py` says which job runs how often.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from structlog import get_logger

from jobs.metrics import CATCHING_UP, HEALED, INVARIANTS_BROKEN, JOB_CRASHES, OPEN_EXCEPTIONS, PARKED_ORDERS
from models.agenda import Due
from models.errors import NotReady, OutsideFailure
from models.exceptions import ExceptionKind
from models.generation import Memory
from models.order import Order
from services import (
    catching_up,
    collecting,
    delivering,
    healing,
    lessons,
    notices,
    publishing,
    push_grants,
    refunding,
    settlement,
)
from services.parking import check_orders
from services.ports import Ports
from services.stuck_work import watch_stuck
from services.unreadable import report_unreadable

log = get_logger()

Item = TypeVar("Item", str, Order | str)

AT_ONCE = 20
"""How many items one run works on side by side; calls to one merchant are bounded again in `wechat/`."""

UseCase = Callable[[Ports, Order | str], Awaitable[object]]
TakeUp = Callable[[Ports, str, str], Awaitable[None]]


async def settle(ports: Ports, page: int) -> int:
    """Complete or cancel charges whose lessons are decided."""
    return await work_on(ports, Due.SETTLE, settlement.settle, page)


async def relay(ports: Ports, page: int) -> int:
    """Store new facts and turn them into deliveries."""
    return await work_on(ports, Due.RELAY, publishing.relay, page)


async def heal(ports: Ports, page: int) -> int:
    """Ask WeChat about orders and charges in doubt."""
    return await work_on(ports, Due.HEAL, _count_healed(healing.heal_order), page)


async def confirm_silence(ports: Ports, page: int) -> int:
    """Confirm lessons whose learner stayed silent."""
    return await work_on(ports, Due.SILENCE, lessons.confirm_by_silence, page)


async def refund(ports: Ports, page: int) -> int:
    """Give back what is owed back."""
    return await work_on(ports, Due.REFUND, refunding.refund, page)


async def decide_disputes(ports: Ports, page: int) -> int:
    """Decide for the learner what nobody decided in time."""
    return await work_on(ports, Due.DECIDE, lessons.decide_overdue_disputes, page)


async def remind(ports: Ports, page: int) -> int:
    """Say that money is overdue."""
    return await work_on(ports, Due.REMIND, collecting.remind_overdue, page)


async def expire(ports: Ports, page: int) -> int:
    """Close orders their learner never completed."""
    return await work_on(ports, Due.EXPIRE, healing.expire_order, page)


async def heal_authorizations(ports: Ports, page: int) -> int:
    """Ask WeChat about permissions in doubt."""
    ids = await ports.authorizations.claim(await ports.clock.now(), limit=page, lease=ports.settings.lease)
    if ids:
        outcome = await side_by_side(ports, ids, _count_healed(healing.heal_authorization))
        await ports.authorizations.release(outcome.done, silent=outcome.silent)
    return len(ids)


async def deliver(ports: Ports, page: int) -> int:
    """Send what is due to be told."""
    return await delivering.deliver_due(ports, page)


async def sweep(ports: Ports, page: int) -> int:
    """Redo notices that were begun and never done."""
    return await _redo(ports, await notices.unfinished(ports, page), notices.take_up_notice)


async def sweep_grants(ports: Ports, page: int) -> int:
    """Redo the Mini Program's pushes that were begun and never done."""
    return await _redo(ports, await push_grants.unfinished(ports, page), push_grants.take_up)


async def count_exceptions(ports: Ports, _page: int) -> int:
    """Count open exceptions by kind, and parked orders; every process counts all, so take the maximum over them.

    Gives 0, because counting leaves nothing due.
    """
    counts = await ports.exceptions.count_open()
    for kind in ExceptionKind:
        OPEN_EXCEPTIONS.labels(kind).set(counts.get(kind, 0))
    PARKED_ORDERS.set(await ports.orders.count_parked())
    return 0


async def catch_up(ports: Ports, page: int) -> int:
    """After a restore, ask WeChat about everything in doubt; every other job that acts waits for it."""
    done = await catching_up.catch_up(ports, page)
    CATCHING_UP.set((await ports.generations.current()).memory is not Memory.WHOLE)
    return done


async def watch_unreadable(ports: Ports, _page: int) -> int:
    """Tell the operator of stored documents that cannot be read; gives how many were new."""
    return await report_unreadable(ports)


async def watch_stuck_work(ports: Ports, page: int) -> int:
    """Hand to a person what was tried too often in vain; gives 0, because it stays stuck."""
    await watch_stuck(ports, page)
    return 0


async def check_invariants(ports: Ports, page: int) -> int:
    """Park every order that shows what must never be; gives 0, because one look has seen them all."""
    INVARIANTS_BROKEN.inc(await check_orders(ports, page))
    return 0


def _count_healed(ask: Callable[[Ports, Item], Awaitable[list[str]]]) -> Callable[[Ports, Item], Awaitable[object]]:
    async def asked(ports: Ports, item: Item) -> None:
        for what in await ask(ports, item):
            HEALED.labels(what).inc()

    return asked


async def work_on(ports: Ports, due: Due, use_case: UseCase, page: int) -> int:
    """Claim a page of what is due of one kind and hand each number to its use case; gives how many there were.

    What the use case leaves due as it was is counted, left alone longer each time, and in the end is a person's.
    """
    nos = await ports.orders.claim(due, await ports.clock.now(), limit=page, lease=ports.settings.lease)
    if nos:
        orders = {order.no: order for order in await ports.orders.get_many(nos)}

        async def on_order(ports: Ports, no: str) -> None:
            await use_case(ports, orders.pop(no, no))  # one that could not be read says so by itself

        outcome = await side_by_side(ports, nos, on_order)
        await ports.orders.release(due, outcome.done, silent=outcome.silent)
    return len(nos)


@dataclass
class Outcome:
    """What became of items: worked on, or waiting for an outside that is silent. Others broke and are in neither."""

    done: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)


async def side_by_side(ports: Ports, ids: list[str], use_case: Callable[[Ports, str], Awaitable[object]]) -> Outcome:
    """Work on all of them. One failure stops no other and waits for its lease."""
    room, outcome = asyncio.Semaphore(AT_ONCE), Outcome()

    async def one(item: str) -> None:
        async with room:
            try:
                await use_case(ports, item)
            except (OutsideFailure, NotReady) as silent:
                log.warning("outside failed", action="job.outside", item=item, why=str(silent))
                outcome.silent.append(item)
            except Exception:
                JOB_CRASHES.labels("item").inc()
                log.exception("item failed", action="job.item_crash", item=item)
            else:
                outcome.done.append(item)

    await asyncio.gather(*(one(item) for item in ids))
    return outcome


async def _redo(ports: Ports, waiting: dict[str, str], take_up: TakeUp) -> int:
    """Take up each of what waits (its content by its key); one that cannot be done holds up no other."""

    async def redo(ports: Ports, key: str) -> None:
        await take_up(ports, key, waiting[key])

    await side_by_side(ports, list(waiting), redo)
    return len(waiting)
