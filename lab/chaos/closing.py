"""The last scene: faults stop, purses fill, institutions end what still runs, and time passes until all is settled."""

import asyncio
from itertools import chain, repeat

from lab.chaos.scene import FINAL, STILL_S, Scene, Sight
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


async def heal(scene: Scene) -> Sight:
    """Stop the faults, fill the purses and let time pass, with nobody doing anything."""
    await scene.rig.simulator.call("DELETE", "/faults")
    for family in scene.families:
        change = {"balance_fen": 5_000_000, "score": 720, "youth_mode": False}
        await scene.rig.simulator.call("POST", f"/users/{family.person.user_id}", change)
    sight = await scene.until_still()
    for seconds in HEALING_S:
        sight = await _pass(scene, seconds)
    return sight


async def close(scene: Scene) -> Sight:
    """End what still runs or waits, and wait until every order is final; gives how it looks then."""
    for order in [order for order in scene.orders.values() if order["state"] in ENDABLE and not order["ended_at"]]:
        try:
            await scene.school(order).call("POST", f"/orders/{order['no']}/ending", {"reason": "学期结束"})
        except HttpError as refused:
            if refused.code not in {"order_not_in_training", "order_already_ended"}:
                raise
    return await _until_over(scene)


async def _until_over(scene: Scene) -> Sight:
    sight = await scene.until_still()
    for round_number, seconds in enumerate(chain(LONG_S, repeat(DAY_S, MOST_ROUNDS))):
        if _is_over(sight):
            break
        before, sight = sight, await _pass(scene, seconds)
        if round_number >= len(LONG_S) and sight.orders == before.orders:
            sight = await _wait_for_slow_jobs(scene, sight)
            if sight.orders == before.orders:
                break
    return sight


async def _wait_for_slow_jobs(scene: Scene, sight: Sight) -> Sight:
    """Wait for a change for as long as it takes the jobs that look every five seconds only."""
    deadline = asyncio.get_running_loop().time() + SLOW_JOB_S
    last = sight
    while last.orders == sight.orders and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(STILL_S)
        last = await scene.look()
    return last


async def _pass(scene: Scene, seconds: float) -> Sight:
    await scene.rig.simulator.advance(seconds=seconds)
    return await scene.until_still(patience_s=5)


def _is_over(sight: Sight) -> bool:
    refunds = [
        refund["state"]
        for order in sight.orders.values()
        for charge in order["charges"]
        for refund in charge["refunds"]
    ]
    final = all(order["state"] in FINAL for order in sight.orders.values())
    return final and not {"owed", "refunding"} & set(refunds)
