"""What can happen, by name. An act picks what it acts on with the step's dice and says in a word what came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from aiohttp import ClientError

from lab.chaos.acts import institution, learner, surroundings, wechat
from lab.chaos.scene import BrokenError, Scene
from lab.chaos.script import Dice
from lab.rig.http import HttpError

Act: TypeAlias = Callable[[Scene, Dice], Awaitable[str]]
INTERNAL = 500


ACTS: Mapping[str, Act] = {
    **{act.__name__: act for act in learner.ACTS},
    **{act.__name__: act for act in wechat.ACTS},
    **{act.__name__: act for act in institution.ACTS},
    **{act.__name__: act for act in surroundings.ACTS},
}
RACES = (
    *(("end_now", "end_order"), ("end_now", "teach_batch"), ("end_order", "confirm"), ("confirm", "dispute")),
    *(("confirm", "confirm"), ("withdraw_dispute", "answer_dispute"), ("refund", "refund"), ("lower", "lower")),
    *(("pay_actively", "paid_outside"), ("pay_actively", "lower"), ("paid_outside", "lower"), ("clock", "lower")),
    *(("clock", "paid_outside"), ("clock", "pay_actively"), ("clock", "confirm"), ("clock", "end_now")),
    *(("teach", "teach"), ("teach_batch", "close_service"), ("close_service", "complete_course")),
    *(("cancel_plan", "confirm"), ("cancel_plan", "teach"), ("cancel_plan", "clock"), ("withdraw", "go_on")),
    *(("withdraw", "place_again"), ("go_on", "go_on"), ("turn_billing_off", "place_again"), ("authorize", "go_on")),
    *(("complete_course", "end_now"), ("cancel_lesson", "teach"), ("refund", "complete_course")),
)
KILLED = ("place", "go_on", "confirm", "end_now", "teach_batch", "refund", "lower", "paid_outside", "clock", "clock")


async def perform(scene: Scene, kind: str, dice: Dice) -> str:
    """Let it happen; gives what came of it, a refusal by its code. Raises BrokenError for an answer nobody foresaw."""
    if kind == "race":
        return await _race(scene, dice)
    if kind == "kill":
        return await _kill(scene, dice)
    try:
        return await ACTS[kind](scene, dice)
    except HttpError as error:
        if error.status == INTERNAL:
            raise BrokenError(str(error)) from error
        return error.code or str(error.body)


async def _race(scene: Scene, dice: Dice) -> str:
    """Two at once, with the same throws: often at the same order."""
    first, second = dice.of(RACES)
    rest = dice.throws[1:]
    said = await asyncio.gather(perform(scene, first, Dice(rest)), perform(scene, second, Dice(rest)))
    return f"{first}: {said[0]} | {second}: {said[1]}"


async def _kill(scene: Scene, dice: Dice) -> str:
    """End the process (kill -9) in the middle of something, and start again."""
    kind = dice.of(KILLED)
    task = asyncio.create_task(perform(scene, kind, dice))
    await asyncio.sleep(dice.throw() / 50)
    await scene.rig.server.kill()
    try:
        said = await task
    except (ClientError, OSError) as gone:
        said = type(gone).__name__
    await scene.rig.restart_server()
    scene.kills += 1
    return f"{kind}: {said}"
