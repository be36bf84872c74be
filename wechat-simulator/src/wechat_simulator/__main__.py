"""A local WeChat without credentials. With no command it is the simulator itself (``serve``).

本地的微信：不需要任何真实账号。不写命令就是启动模拟器 (serve)。
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wechat_simulator import listen, sign, switch_page
from wechat_simulator.fidelity import page
from wechat_simulator.phone.site import Site
from wechat_simulator.record import command as record
from wechat_simulator.server import Simulator
from wechat_simulator.state import StateFolder

if TYPE_CHECKING:
    from collections.abc import Callable

_COMMANDS: dict[str, tuple[Callable[[list[str] | None], None], str]] = {
    "sign": (sign.main, "sign a request for curl · 给请求签名，交给 curl 发送"),
    "listen": (listen.main, "show notices as they arrive · 接收并打印回调通知"),
    "record": (record.main, "compare with real WeChat Pay · 与真实微信支付对比"),
    "switches": (switch_page.main, "print docs/switches.md · 打印所有开关"),
    "fidelity": (page.main, "print docs/fidelity.md · 打印与真实微信的对照表"),
}


def main(arguments: list[str] | None = None) -> None:
    """Run the command named first, else serve until SIGINT or SIGTERM."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in _COMMANDS:
        _COMMANDS[given[0]][0](given[1:])
        return
    serve(given[1:] if given[:1] == ["serve"] else given)


def serve(arguments: list[str]) -> None:
    """Serve until SIGINT or SIGTERM."""
    commands = "\n".join(f"  {name:10} {text}" for name, (_, text) in _COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="wechat_simulator",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"other commands, each with --help · 其他命令，各有 --help:\n{commands}",
    )
    parser.add_argument(
        "--port", type=int, default=8090, help="0 takes a free port · 端口，0 为任意空闲端口"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at · 监听地址")
    parser.add_argument(
        "--seed", type=int, default=1, help="ids of the default world · 默认世界的随机种子"
    )
    parser.add_argument(
        "--state", type=Path, help="folder that keeps keys and worlds · 保存密钥和数据的目录"
    )
    parser.add_argument(
        "--miniprogram",
        type=Path,
        help="folder whose Mini Program the phone runs · 手机页面运行的小程序目录",
    )
    parser.add_argument(
        "--panel",
        action="append",
        default=[],
        metavar="NAME=URL",
        help="a page beside the phone · 手机旁边的页面",
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(_serve(options))


def _site(options: argparse.Namespace) -> Site:
    panels = (panel.partition("=") for panel in options.panel)
    return Site(
        miniprogram=options.miniprogram,
        panels=tuple((name, address) for name, _, address in panels),
    )


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    state = StateFolder(options.state) if options.state else None
    async with Simulator(
        host=options.host, port=options.port, seed=options.seed, state=state, site=_site(options)
    ) as simulator:
        print(f"wechat-simulator listening on {simulator.url}", flush=True)
        print(f"accounts and keys · 账号与密钥: {simulator.url}/_sim/credentials", flush=True)
        await stop.wait()


if __name__ == "__main__":
    main()
