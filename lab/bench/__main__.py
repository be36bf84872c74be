"""`python -m lab.bench`: measure everything once and print one table. It asserts no time and needs nothing running."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console

from lab.bench import claims, notices, orders, settle, signing
from lab.bench.bench import open_bench
from lab.bench.dataset import make_dataset
from lab.bench.measure import Row
from lab.bench.report import WIDTH, machine, tell


async def main(directory: Path, console: Console) -> None:
    """Measure one part after the other, each on the same application and database."""
    began = perf_counter()
    rows: list[Row] = []
    with console.status("starting MongoDB, the simulator and the application") as status:
        async with open_bench(directory) as bench:
            dataset = await make_dataset(bench)
            for part in (notices, orders, settle, claims):
                status.update((part.__doc__ or "").splitlines()[0])
                rows += await part.measure(bench, dataset)
            rows += signing.measure(bench)
    console.print(machine(), highlight=False)
    tell(rows, console)
    console.print(f"{perf_counter() - began:.0f} s in all", highlight=False)


def _runner() -> Callable[[Coroutine[None, None, None]], None]:
    """Return the event loop `xianxue serve` runs on."""
    try:
        import uvloop  # noqa: PLC0415 - not made for every platform
    except ImportError:
        return asyncio.run
    return uvloop.run


if __name__ == "__main__":
    screen = Console()
    if not screen.is_terminal:
        screen = Console(width=WIDTH)
    with TemporaryDirectory(prefix="xianxue-bench-") as folder:
        _runner()(main(Path(folder), screen))
