"""Run the simulator: ``python -m wechat_simulator --port 8090``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from pathlib import Path

from wechat_simulator.phone.site import Site
from wechat_simulator.server import Simulator
from wechat_simulator.state import StateFolder


def main() -> None:
    """Parse the command line and serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="wechat_simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free port")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seed", type=int, default=1, help="ids of the default world")
    parser.add_argument("--state", type=Path, help="folder that keeps keys and worlds")
    parser.add_argument("--miniprogram", type=Path, help="folder whose Mini Program the phone runs")
    parser.add_argument(
        "--panel", action="append", default=[], metavar="NAME=URL", help="a page beside the phone"
    )
    options = parser.parse_args()
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
        await stop.wait()


if __name__ == "__main__":
    main()
