"""`python -m lab.scenarios.run`: server, MongoDB and simulator together, until Ctrl-C."""

import asyncio
from pathlib import Path

from rich.console import Console

from lab.rig.rig import open_rig
from lab.rig.stay_up import fixed_ports, stay_up

DIRECTORY = Path("var/run")


async def main(console: Console) -> None:
    """Start everything and say where it is."""
    async with open_rig(DIRECTORY, database="xianxue", ports=fixed_ports(console)) as rig:
        console.print(f"server     {rig.address}  (/healthz /readyz /docs /openapi.json /metrics)")
        console.print(f"simulator  {rig.simulator.address}  (/_sim/credentials /_sim/world)")
        console.print(f"API keys   {rig.directory / 'api-keys.json'}")
        console.print(f"first try  open {rig.address}/docs; `make phone` shows the whole of it on a phone's screen")
        await stay_up(console)


if __name__ == "__main__":
    asyncio.run(main(Console()))
