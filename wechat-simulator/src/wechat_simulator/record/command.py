"""Record once what WeChat Pay really answers, and compare it with this simulator.

With a merchant's real credentials it asks a list of readings and of requests that must be refused
(--write adds one order that nobody confirms and that is cancelled). Of the answers only names,
kinds of values, codes and sentences are kept: no number, openid, key or amount reaches the folder.

用商户的真实账号录制一次微信支付的应答，并与模拟器对比。只保留字段名、类型、错误码和提示语，
不保留任何单号、openid、密钥或金额；所有请求都不会产生扣款。

  wechat-simulator record --example > record.toml     fill it in · 填写
  wechat-simulator record --config record.toml        asks, keeps, compares · 录制并对比
  wechat-simulator record --compare recordings        compares again · 只对比
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp

from wechat_simulator.record.comparison import compared, kept, own_answers
from wechat_simulator.record.recorder import recordings
from wechat_simulator.record.settings import EXAMPLE, Settings, SettingsError, read
from wechat_simulator.record.steps import wanted

_TIMEOUT = aiohttp.ClientTimeout(total=30)


def main(arguments: list[str] | None = None) -> None:
    """Record, compare, or print the example; the exit code is 1 when anything differs."""
    parser = argparse.ArgumentParser(
        prog="wechat_simulator record",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, help="the file of --example, filled in · 配置文件")
    parser.add_argument(
        "--to", type=Path, default=Path("recordings"), help="folder to keep answers in · 保存目录"
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="also create and cancel an order that nobody confirms · 另外创建并取消一个订单",
    )
    parser.add_argument("--compare", type=Path, help="compare a folder kept before · 只对比该目录")
    parser.add_argument(
        "--example", action="store_true", help="print the file to fill in · 打印配置样例"
    )
    options = parser.parse_args(arguments)
    if options.example:
        print(EXAMPLE, end="")
        return
    if options.compare is None and options.config is None:
        parser.error("--config, --compare or --example is needed")
    folder: Path = options.compare or options.to
    if options.compare is None:
        try:
            keep(folder, asyncio.run(ask(read(options.config), write=options.write)))
        except (SettingsError, aiohttp.ClientError, TimeoutError) as error:
            raise SystemExit(f"record: {error}") from error
    raise SystemExit(1 if report(kept(folder)) else 0)


async def ask(settings: Settings, *, write: bool) -> list[dict[str, Any]]:
    """Return the recordings of all steps, said aloud one by one."""
    names = settings.about | {"mchid": "", "new_order_no": ""}
    for left_out in wanted(names, write=write)[1]:
        missing = ", ".join(sorted(left_out.needs() - names.keys())) or "--write"
        print(f"left out {left_out.name}: needs {missing}")
    found: list[dict[str, Any]] = []
    async with aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=True) as http:
        async for one in recordings(settings, http, write=write):
            print(f"{one['status']} {one['name']}", flush=True)
            found.append(one)
    return found


def keep(folder: Path, found: list[dict[str, Any]]) -> None:
    """Write the recordings, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(found, start=1):
        text = json.dumps(one, ensure_ascii=False, indent=1)
        path = folder / f"{number:02d}-{one['name']}.json"
        path.write_text(f"{text}\n", encoding="utf-8")


def report(real: dict[str, dict[str, Any]]) -> int:
    """Print how the recordings differ from the simulator; return how many do."""
    ours, differing = asyncio.run(own_answers()), 0
    for name, one in real.items():
        found = compared(one, ours.get(name))
        differing += bool(found)
        print(f"{'differs' if found else 'same   '} {name}")
        for line in found:
            print(f"    {line}")
    print(f"{len(real) - differing} of {len(real)} answers have the simulator's shape")
    return differing
