"""`python -m lab.scenarios`: runs every scenario, prints timelines and money, exits 1 when it does not balance."""

import asyncio
import os
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console

from lab.rig.rig import Rig, open_rig
from lab.scenarios import (
    Outcome,
    Scenario,
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
SCENARIOS: dict[str, Scenario] = {
    "小豆：学完再付": all_lessons.run,
    "小叫：逐节付费": lesson_by_lesson.run,
    "小风：微信未通过": refused.run,
    "小早：中途结束": ends_early.run,
    "小停：在微信里关闭扣费": billing_off.run,
    "小雨：通知丢失": lost_notice.run,
    "小字：有异议的一节课": disputes.run,
    "小付：先付后退": prepays.run,
}


async def main(console: Console) -> bool:
    """Run everything; says whether the money balances."""
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    console.print("启动 MongoDB、微信模拟器和服务 …")
    started = time.monotonic()
    async with open_rig(DIRECTORY) as rig:
        console.print(f"server {rig.address} · simulator {rig.simulator.address}")
        outcomes = [await _run(rig, title, scenario, console) for title, scenario in SCENARIOS.items()]
        for each in outcomes:
            await _print_timeline(each, console)
        ledger = await rig.simulator.ledger()
        balances = [await balance(each, ledger) for each in outcomes]
        console.print(money_table(balances))
        console.print(f"{time.monotonic() - started:.1f} s")
        if _stays_up():
            await _stay_up(rig, console)
    return all(each.balanced for each in balances)


async def _run(rig: Rig, title: str, scenario: Scenario, console: Console) -> Outcome:
    console.rule(title)
    return await scenario(rig, lambda line: console.print(f"  {line}"))


async def _print_timeline(outcome: Outcome, console: Console) -> None:
    console.rule(f"{outcome.title} · {outcome.order_no or '没有订单'}")
    if outcome.order_no:
        for entry in await outcome.phone.timeline(outcome.order_no):
            console.print(f"  {entry['text']}", highlight=False)


def _stays_up() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("DEMO_EXIT") != "1"


async def _stay_up(rig: Rig, console: Console) -> None:
    console.print("想亲手试一试：make phone")
    console.print(f"API 文档 {rig.address}/docs · 模拟器 {rig.simulator.address}/_sim/world · Ctrl-C 结束")
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        sys.exit(0 if asyncio.run(main(Console())) else 1)
    except KeyboardInterrupt:
        sys.exit(0)
