"""Everyone and everything a step can touch, and what is known of it from outside: over HTTP only."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lab.chaos.workload import Draws
from lab.rig.product import MiniProgram, School
from lab.rig.rig import Rig

Json: TypeAlias = dict[str, Any]
FINAL = frozenset({"settled", "cancelled", "expired"})
STILL_S = 0.3
"""Two looks this far apart that show the same: jobs tick every 0.2 s."""

SAMPLES: tuple[tuple[str, str, str], ...] = (
    ("wandou", "wandou-thinking-20", "pay_after_course"),
    ("jiaojiao", "jiaojiao-reading-5", "pay_per_lesson"),
    ("zhaorufei", "zhaorufei-writing-8", "pay_after_course"),
    ("aiku", "aiku-basketball-10", "pay_after_course"),
    ("aiku", "aiku-basketball-10", "pay_per_lesson"),
    ("aiku", "aiku-basketball-10", "prepay"),
)
"""Institution, course and fee mode: by authorization, by plan, to be confirmed, and all three."""

AUTHORIZABLE = ("wandou", "aiku")


class BrokenError(AssertionError):
    """Our server met something unforeseen, or one of its answers contradicts another."""


@dataclass
class Attempt:
    """One order somebody wanted, under its idempotency key, and the number it got once that is known."""

    learner: MiniProgram
    sample: tuple[str, str, str]
    student: str
    key: str
    order_no: str = ""


@dataclass(frozen=True)
class Observation:
    """One look: the ledger before and after the orders were read, so that neither can be blamed for being newer."""

    earlier: list[Json]
    orders: dict[str, Json]
    later: list[Json]


@dataclass
class Context:
    """The rig, the actors on it, and what happened so far."""

    rig: Rig
    learners: list[MiniProgram]
    services: dict[str, list[str]]
    attempts: list[Attempt] = field(default_factory=list)
    orders: dict[str, Json] = field(default_factory=dict)
    owners: dict[str, MiniProgram] = field(default_factory=dict)
    quotes: dict[str, Json] = field(default_factory=dict)
    ended_for: dict[str, int] = field(default_factory=dict)
    lowered: set[str] = field(default_factory=set)
    kills: int = 0

    def school(self, order: Json) -> School:
        """Return the back office of the order's institution."""
        return self.rig.school(order["institution_id"])

    def learner(self, order: Json) -> MiniProgram:
        """Return the learner of an order."""
        return self.owners[order["no"]]

    def an_order(self, draws: Draws, good: Callable[[Json], object]) -> Json | None:
        """Pick an order that is good for something, None when there is none."""
        fit = [order for order in self.orders.values() if order["no"] in self.owners and good(order)]
        return draws.of(fit) if fit else None

    async def observe(self) -> Observation:
        """Read the ledger, every order, and the ledger again."""
        earlier = await self.rig.simulator.ledger()
        pages = await asyncio.gather(*(self._orders_of(institution) for institution in self.rig.keys))
        orders = {order["no"]: order for page in pages for order in reversed(page)}
        later = await self.rig.simulator.ledger()
        if unknown := orders.keys() - self.owners.keys():
            await self._find_owners(unknown)
        self.orders = orders
        return Observation(earlier, orders, later)

    async def until_still(self, patience_s: float = 2) -> Observation:
        """Look until nothing moves any more, or for so long."""
        deadline = asyncio.get_running_loop().time() + patience_s
        seen = await self.observe()
        while asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(STILL_S)
            before, seen = seen, await self.observe()
            if (before.orders, before.later) == (seen.orders, seen.later):
                break
        return seen

    async def _orders_of(self, institution_id: str) -> list[Json]:
        found: list[Json] = []
        after = ""
        while True:
            page = await self.rig.school(institution_id).call("GET", f"/orders?limit=100&after={after}")
            found += page["orders"]
            if not (after := page["next"]):
                return found

    async def _find_owners(self, unknown: set[str]) -> None:
        for learner in self.learners:
            after = ""
            while True:
                page = await learner.call("GET", f"/orders?limit=100&after={after}")
                self.owners |= {order["no"]: learner for order in page["orders"] if order["no"] in unknown}
                if not (after := page["next"]):
                    break
