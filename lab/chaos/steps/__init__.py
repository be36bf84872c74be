"""What can happen, by name. A step picks what it works on with its draws and says in a word what came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from aiohttp import ClientError

from lab.chaos.context import BrokenError, Context
from lab.chaos.steps import faults, institution, learner, wechat
from lab.chaos.workload import Draws
from lab.rig.http import HttpError

StepFunction: TypeAlias = Callable[[Context, Draws], Awaitable[str]]
INTERNAL = 500


STEPS: Mapping[str, StepFunction] = {
    **{step.__name__: step for step in learner.STEPS},
    **{step.__name__: step for step in wechat.STEPS},
    **{step.__name__: step for step in institution.STEPS},
    **{step.__name__: step for step in faults.STEPS},
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


async def take(context: Context, kind: str, draws: Draws) -> str:
    """Let it happen; returns what came of it, a refusal by its code. Raises BrokenError for an unforeseen answer."""
    if kind == "race":
        return await _race(context, draws)
    if kind == "kill":
        return await _kill(context, draws)
    try:
        return await STEPS[kind](context, draws)
    except HttpError as error:
        if error.status == INTERNAL:
            raise BrokenError(str(error)) from error
        return error.code or str(error.body)


async def _race(context: Context, draws: Draws) -> str:
    """Two at once, with the same numbers: often at the same order."""
    first, second = draws.of(RACES)
    rest = draws.numbers[1:]
    said = await asyncio.gather(take(context, first, Draws(rest)), take(context, second, Draws(rest)))
    return f"{first}: {said[0]} | {second}: {said[1]}"


async def _kill(context: Context, draws: Draws) -> str:
    """End the process (kill -9) in the middle of something, and start again."""
    kind = draws.of(KILLED)
    task = asyncio.create_task(take(context, kind, draws))
    await asyncio.sleep(draws.next() / 50)
    await context.rig.server.kill()
    try:
        said = await task
    except (ClientError, OSError) as gone:
        said = type(gone).__name__
    await context.rig.restart_server()
    context.kills += 1
    return f"{kind}: {said}"
