"""`python -m lab.scenarios.run`: server, MongoDB and simulator together, until Ctrl-C."""

import asyncio
from pathlib import Path

from rich.console import Console

from lab.rig.stage import open_stage
from server.running import until_asked_to_stop

DIRECTORY = Path("var/run")


async def main(console: Console) -> None:
    """Start everything and say where it is."""
    async with open_stage(DIRECTORY, database="xianxue") as stage:
        console.print(f"server     {stage.address}  (/healthz /readyz /docs /openapi.json /metrics)")
        console.print(f"simulator  {stage.simulator.address}  (/_sim/credentials /_sim/world)")
        console.print(f"API keys   {stage.directory / 'api-keys.json'}")
        console.print("Ctrl-C stops all of it.")
        await until_asked_to_stop()


if __name__ == "__main__":
    asyncio.run(main(Console()))
