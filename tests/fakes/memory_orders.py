"""Orders and facts in memory."""

from asyncio import sleep
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from models.agenda import Due, agenda
from models.errors import Conflict, Stale
from models.facts import Fact
from models.fee_mode import Agreement
from models.order import Order, OrderState
from models.work import Patience, StuckWork
from tests.fakes.memory import DueWork, MemoryClaims, MemoryDatabase, copied, following


class MemoryOrders:
    """Twin of store.orders.Orders."""

    def __init__(self, database: MemoryDatabase, worker: str, patience: Patience) -> None:
        self._orders: dict[str, Order] = database.collection("orders")
        self._claims = {due: MemoryClaims(database, f"orders.{due}", worker, patience) for due in Due}

    async def add(self, order: Order) -> Order:
        await sleep(0)
        for stored in self._orders.values():
            if _idempotency(stored) == _idempotency(order):
                return copied(stored)
        if order.no in self._orders:
            message = f"order {order.no} exists under another key"
            raise Stale(message)
        for stored in self._orders.values():
            if order.running_key and stored.running_key == order.running_key:
                raise Conflict("order_exists", order_no=stored.no, state=stored.state)
        self._orders[order.no] = copied(order)
        return order

    async def get(self, no: str) -> Order | None:
        await sleep(0)
        return copied(self._orders[no]) if no in self._orders else None

    async def under_key(self, learner_id: str, idempotency_key: str) -> Order | None:
        await sleep(0)
        found = [x for x in self._orders.values() if _idempotency(x) == (learner_id, idempotency_key)]
        return copied(found[0]) if found else None

    async def get_many(self, nos: Sequence[str]) -> list[Order]:
        await sleep(0)
        return [copied(self._orders[no]) for no in nos if no in self._orders]

    async def save(self, order: Order, before: Mapping[str, Any]) -> None:
        await sleep(0)
        stored = self._orders.get(order.no)
        if stored is None or stored.version != order.version:
            message = f"order {order.no} is no longer at version {order.version}"
            raise Stale(message)
        order.version += 1
        written = copied(order)
        written.facts = [*stored.facts, *written.facts[len(before["facts"]) :]]
        self._orders[order.no] = written

    async def of_learner(
        self, learner_id: str, *, states: Sequence[OrderState] = (), after: str = "", limit: int = 20
    ) -> list[Order]:
        await sleep(0)
        return self._page(lambda order: order.buyer.learner_id == learner_id, states, after, limit)

    async def of_institution(
        self, institution_id: str, *, states: Sequence[OrderState] = (), after: str = "", limit: int = 20
    ) -> list[Order]:
        await sleep(0)
        return self._page(lambda order: order.course.institution_id == institution_id, states, after, limit)

    async def awaiting_authorization(self, learner_id: str, service_id: str) -> list[str]:
        await sleep(0)
        waiting = self._of_service(learner_id, service_id, {OrderState.PLACING, OrderState.AWAITING_LEARNER})
        return [order.no for order in waiting if order.agreement is Agreement.AUTHORIZATION]

    async def unsettled_under(self, learner_id: str, service_id: str) -> list[str]:
        await sleep(0)
        unsettled = {OrderState.IN_TRAINING, OrderState.SETTLING}
        return [order.no for order in self._of_service(learner_id, service_id, unsettled)]

    async def open_of_course(self, course_id: str, limit: int) -> list[str]:
        await sleep(0)
        teachable = {OrderState.AWAITING_LEARNER, OrderState.IN_TRAINING}
        found = [x for x in self._orders.values() if x.course.id == course_id and x.state in teachable and not x.fence]
        return [order.no for order in sorted(found, key=lambda order: (order.placed_at, order.no))][:limit]

    async def page(self, *, after: str = "", limit: int = 200) -> list[Order]:
        await sleep(0)
        return [copied(self._orders[no]) for no in sorted(self._orders) if no > after][:limit]

    async def claim(self, due: Due, now: datetime, *, limit: int, lease: timedelta) -> list[str]:
        await sleep(0)
        ready = [work for work in self._due(due) if work.since <= now]
        return self._claims[due].take(ready, limit=limit, lease=lease)

    async def release(self, due: Due, nos: Sequence[str], *, silent: Sequence[str] = ()) -> None:
        await sleep(0)
        self._claims[due].give_back(nos, self._due(due), silent)

    async def stuck(self, *, limit: int) -> list[StuckWork]:
        await sleep(0)
        return [
            StuckWork(work=due, subject=work.key, order_no=work.key, tries=tries, since=work.since)
            for due in Due
            for work, tries in self._claims[due].stuck(self._due(due))
        ][:limit]

    async def published(self, no: str, up_to_seq: int) -> None:
        await sleep(0)
        if no in self._orders:
            order = self._orders[no]
            order.facts = [fact for fact in order.facts if fact.seq > up_to_seq]

    async def count_parked(self) -> int:
        await sleep(0)
        return sum(bool(order.parked) for order in self._orders.values())

    def _due(self, due: Due) -> list[DueWork]:
        moments = ((agenda(order).get(due), order) for order in self._orders.values())
        return [DueWork(since, order.no, order.version) for since, order in moments if since is not None]

    def _page(
        self, belongs: Callable[[Order], bool], states: Sequence[OrderState], after: str, limit: int
    ) -> list[Order]:
        mine = sorted(filter(belongs, self._orders.values()), key=lambda order: (order.placed_at, order.no))[::-1]
        rest = following(mine, [order.no for order in mine], after)
        return [copied(order) for order in rest if not states or order.state in states][:limit]

    def _of_service(self, learner_id: str, service_id: str, states: set[OrderState]) -> list[Order]:
        matching = [
            order
            for order in self._orders.values()
            if order.buyer.learner_id == learner_id and order.channel.service_id == service_id and order.state in states
        ]
        return sorted(matching, key=lambda order: (order.placed_at, order.no))


class MemoryFacts:
    """Twin of store.facts.Facts."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._facts: dict[tuple[str, int], Fact] = database.collection("facts")

    async def add(self, facts: Sequence[Fact]) -> None:
        await sleep(0)
        for fact in facts:
            self._facts.setdefault((fact.order_no, fact.seq), copied(fact))

    async def of_order(self, order_no: str) -> list[Fact]:
        await sleep(0)
        return [copied(fact) for (no, _), fact in sorted(self._facts.items(), key=lambda x: x[0]) if no == order_no]


def _idempotency(order: Order) -> tuple[str, str]:
    return order.buyer.learner_id, order.idempotency_key
