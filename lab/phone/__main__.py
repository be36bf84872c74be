"""`python -m lab.phone`: everything started with an empty database, one address, and what to try in three minutes."""

import asyncio
import json
import shutil

from rich.console import Console

from lab.phone import ADDRESSES, DIRECTORY
from lab.rig.rig import Rig, open_rig
from lab.rig.stay_up import fixed_ports, stay_up

TO_TRY = """
三分钟（另开一个终端，用来扮演学校）：
  1. 用“小明妈妈”打开手机 → 发现 → 先学后付 → 叫叫阅读 分级阅读课 5 节。
  2. 填学员姓名、勾选协议、点“先学后付”，在微信支付分里“确认签约”：上课中，一分未付。
  3. 终端里 [bold]make teach[/]：学校报告第 1 节已上。手机上点“上过了”。
  4. 右边“时间”点“+ 10 秒”：微信自动扣这一节的钱。看“账本”，看手机的“微信支付”。
  5. 我 → 服务 → 支付分 → 签约计划 → 取消签约：之后一节也不会再扣。
"""


async def main(console: Console) -> None:
    """Start everything, say where it is, and stay up."""
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    console.print("启动 MongoDB、微信模拟器和服务 …")
    async with open_rig(DIRECTORY, database="phone", ports=fixed_ports(console)) as rig:
        addresses = {"server": rig.address, "simulator": rig.simulator.address}
        (DIRECTORY / ADDRESSES).write_text(json.dumps(addresses), encoding="utf-8")
        _tell(rig, console)
        await stay_up(console)


def _tell(rig: Rig, console: Console) -> None:
    console.print(f"\n  手机在这里：[bold green]{rig.simulator.address}/phone/[/]")
    console.print(TO_TRY, highlight=False, soft_wrap=True)
    console.print(f"接口 {rig.address}/docs · 学校的 API key 在 {rig.directory / 'api-keys.json'}", highlight=False)


if __name__ == "__main__":
    asyncio.run(main(Console()))
