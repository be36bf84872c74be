"""`python -m lab.scenarios.run`: server, MongoDB and simulator together, until Ctrl-C."""

import asyncio
from pathlib import Path

from rich.console import Console

from lab.rig.rig import open_rig
from server.running import until_asked_to_stop

DIRECTORY = Path("var/run")


async def main(console: Console) -> None:
    """Start everything and say where it is."""
    async with open_rig(DIRECTORY, database="xianxue") as rig:
        console.print(f"server     {rig.address}  (/healthz /readyz /docs /openapi.json /metrics)")
        console.print(f"simulator  {rig.simulator.address}  (/_sim/credentials /_sim/world)")
        console.print(f"API keys   {rig.directory / 'api-keys.json'}")
        console.print("Ctrl-C stops all of it.")
        await until_asked_to_stop()


if __name__ == "__main__":
    asyncio.run(main(Console()))
