"""`python -m lab.scenarios`: plays every story, prints timelines and money, exits 1 when it does not balance."""

import asyncio
import os
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console

from lab.rig.stage import Stage, open_stage
from lab.scenarios import (
    Played,
    Story,
    all_lessons,
    billing_off,
    disputes,
    ends_early,
    lesson_by_lesson,
    lost_notice,
    prepays,
    refused,
)
from lab.scenarios.money import balance, money_table

DIRECTORY = Path("var/demo")
STORIES: dict[str, Story] = {
    "小豆：学完再付": all_lessons.play,
    "小叫：逐节付费": lesson_by_lesson.play,
    "小风：微信未通过": refused.play,
    "小早：中途结束": ends_early.play,
    "小停：在微信里关闭扣费": billing_off.play,
    "小雨：通知丢失": lost_notice.play,
    "小字：有异议的一节课": disputes.play,
    "小付：先付后退": prepays.play,
}


async def main(console: Console) -> bool:
    """Play everything; says whether the money balances."""
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    console.print("启动 MongoDB、微信模拟器和服务 …")
    started = time.monotonic()
    async with open_stage(DIRECTORY) as stage:
        console.print(f"server {stage.address} · simulator {stage.simulator.address}")
        played = [await _play(stage, title, story, console) for title, story in STORIES.items()]
        for each in played:
            await _print_timeline(each, console)
        ledger = await stage.simulator.ledger()
        balances = [await balance(each, ledger) for each in played]
        console.print(money_table(balances))
        console.print(f"{time.monotonic() - started:.1f} s")
        if _stays_up():
            await _stay_up(stage, console)
    return all(each.balanced for each in balances)


async def _play(stage: Stage, title: str, story: Story, console: Console) -> Played:
    console.rule(title)
    return await story(stage, lambda line: console.print(f"  {line}"))


async def _print_timeline(played: Played, console: Console) -> None:
    console.rule(f"{played.title} · {played.order_no or '没有订单'}")
    if played.order_no:
        for entry in await played.phone.timeline(played.order_no):
            console.print(f"  {entry['text']}", highlight=False)


def _stays_up() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("DEMO_EXIT") != "1"


async def _stay_up(stage: Stage, console: Console) -> None:
    console.print(f"API 文档 {stage.address}/docs · 模拟器 {stage.simulator.address}/_sim/world · Ctrl-C 结束")
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        sys.exit(0 if asyncio.run(main(Console())) else 1)
    except KeyboardInterrupt:
        sys.exit(0)
