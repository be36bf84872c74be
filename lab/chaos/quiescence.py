"""Coming to rest: faults stop, purses fill, institutions end what still runs, and time passes until all is settled."""

import asyncio
from itertools import chain, repeat

from lab.chaos.context import FINAL, STILL_S, Context, Observation
from lab.rig.http import HttpError

HOUR_S, DAY_S = 3600, 86400
HEALING_S = (60, HOUR_S, DAY_S + HOUR_S)
"""Enough for every notice that was only late, and for one question about each doubtful thing."""

LONG_S = (60, 3 * HOUR_S, 49 * HOUR_S, 120, 8 * DAY_S, 120, 120)
"""Enough for silence, disputes and WeChat's own retries."""


ENDABLE = frozenset({"placing", "awaiting_learner", "in_training"})
MOST_ROUNDS = 60
"""A plan's lessons are paid one after the other, each over some rounds; it goes on while anything moves."""

SLOW_JOB_S = 7


async def heal(context: Context) -> Observation:
    """Stop the faults, fill the purses and let time pass, with nobody doing anything."""
    await context.rig.simulator.call("DELETE", "/faults")
    for learner in context.learners:
        change = {"balance_fen": 5_000_000, "score": 720, "youth_mode": False}
        await context.rig.simulator.call("POST", f"/users/{learner.person.user_id}", change)
    seen = await context.until_still()
    for seconds in HEALING_S:
        seen = await _pass(context, seconds)
    return seen


async def close(context: Context) -> Observation:
    """End what still runs or waits, and wait until every order is final; returns how it looks then."""
    for order in [order for order in context.orders.values() if order["state"] in ENDABLE and not order["ended_at"]]:
        try:
            await context.school(order).call("POST", f"/orders/{order['no']}/ending", {"reason": "学期结束"})
        except HttpError as refused:
            if refused.code not in {"order_not_in_training", "order_already_ended"}:
                raise
    return await _until_over(context)


async def _until_over(context: Context) -> Observation:
    seen = await context.until_still()
    for round_number, seconds in enumerate(chain(LONG_S, repeat(DAY_S, MOST_ROUNDS))):
        if _is_over(seen):
            break
        before, seen = seen, await _pass(context, seconds)
        if round_number >= len(LONG_S) and seen.orders == before.orders:
            seen = await _wait_for_slow_jobs(context, seen)
            if seen.orders == before.orders:
                break
    return seen


async def _wait_for_slow_jobs(context: Context, seen: Observation) -> Observation:
    """Wait for a change for as long as it takes the jobs that look every five seconds only."""
    deadline = asyncio.get_running_loop().time() + SLOW_JOB_S
    last = seen
    while last.orders == seen.orders and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(STILL_S)
        last = await context.observe()
    return last


async def _pass(context: Context, seconds: float) -> Observation:
    await context.rig.simulator.advance(seconds=seconds)
    return await context.until_still(patience_s=5)


def _is_over(seen: Observation) -> bool:
    refunds = [
        refund["state"] for order in seen.orders.values() for charge in order["charges"] for refund in charge["refunds"]
    ]
    final = all(order["state"] in FINAL for order in seen.orders.values())
    return final and not {"owed", "refunding"} & set(refunds)
