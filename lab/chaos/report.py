"""How a seed went: what was done, what did not hold, and how much money moved."""

from collections import Counter
from dataclasses import dataclass, field

from lab.chaos.context import Context, Observation
from lab.chaos.invariants import TAKEN
from lab.rig.http import HttpError


@dataclass
class Report:
    """One run of one seed; it went well when `problems` is empty."""

    seed: int
    steps: int
    trace: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    histories: list[str] = field(default_factory=list)
    orders: dict[str, int] = field(default_factory=dict)
    charges: int = 0
    taken_fen: int = 0
    refunded_fen: int = 0
    ours_fen: int = 0
    faults: int = 0
    kills: int = 0
    seconds: float = 0

    def count(self, seen: Observation) -> None:
        """Sum the orders and the money of the last look."""
        moved = [entry for entry in seen.later if entry["kind"] in TAKEN]
        self.orders = dict(Counter(order["state"] for order in seen.orders.values()))
        self.charges = len(moved)
        self.taken_fen = sum(entry["amount_fen"] for entry in moved)
        self.refunded_fen = sum(entry["amount_fen"] for entry in seen.later if entry["kind"] == "refund")
        outside = sum(entry["amount_fen"] for entry in seen.later if entry["kind"] == "sync")
        self.ours_fen = sum(order["paid_fen"] - order["refunded_fen"] for order in seen.orders.values()) - outside


async def histories(context: Context, problems: list[str]) -> list[str]:
    """Return the whole history of every order a problem names."""
    told: list[str] = []
    for order in context.orders.values():
        if not any(order["no"] in problem for problem in problems):
            continue
        told.append(f"{order['no']} is {order['state']}, parked: {order['parked']}, ended at {order['ended_at']}")
        told += (f"  lesson {x['n']} {x['state']} {x['taught_at']}" for x in order["lessons"])
        told += (f"  charge {x['no']} {x['state']} {x['charged_fen']}/{x['asked_fen']}" for x in order["charges"])
        timeline = await context.school(order).call("GET", f"/orders/{order['no']}/timeline")
        told += (f"  {x['at']} {x['kind']} {x['lesson']} {x['amount_fen']} {x['text']}" for x in timeline["entries"])
    told += [line for problem in problems if "no charge" in problem for line in await _search(context, problem)]
    return told


async def _search(context: Context, problem: str) -> list[str]:
    """Ask every institution for an order that the lists did not show."""
    no = problem.split(":", maxsplit=1)[0].rpartition("-")[0]
    found = [f"{no} is in nobody's list; {len(context.orders)} orders are"]
    for institution_id in context.rig.keys:
        try:
            order = await context.rig.school(institution_id).call("GET", f"/orders/{no}")
            found.append(f"  {institution_id}: {order['state']} placed at {order['placed_at']}")
        except HttpError as error:
            found.append(f"  {institution_id}: {error.code}")
    return found
