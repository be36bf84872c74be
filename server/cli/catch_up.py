"""`xianxue catch-up`: after a restore, asks WeChat about everything in doubt, with progress."""

import asyncio

from models.generation import Generation, Memory
from server.cli.command import DEFAULT_CONFIG, ConfigPath, progress_console, result_console, run_with_ports
from services.catching_up import catch_up
from services.ports import Ports

PAGE, PAUSE_S = 200, 1.0


def catch_up_now(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Ask WeChat about everything in doubt after a restore; running processes do the same by themselves."""
    run_with_ports(config, _catch_up)


async def _catch_up(ports: Ports) -> None:
    looked_at = 0
    with progress_console().status("asking WeChat …") as status:
        while (life := await ports.generations.current()).memory is not Memory.WHOLE:
            done = await catch_up(ports, PAGE)
            looked_at += done
            status.update(_progress(life, looked_at))
            if not done:
                await asyncio.sleep(PAUSE_S)  # WeChat does not answer, or another process is at it
    waiting = "`xianxue exceptions` lists what waits for a person."
    result_console().print(f"generation {life.number} remembers everything WeChat knows. {waiting}", markup=False)


def _progress(life: Generation, looked_at: int) -> str:
    return f"asking WeChat: {life.phase or 'orders'} after {life.after or 'the beginning'}, {looked_at} looked at"
