"""The table people read, and what machine it was measured on."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from lab.bench.measure import Row, Sample, Unit

WIDTH = 140
"""Wide enough for the table when there is no terminal to ask."""

PER = {Unit.PER_SECOND: 1, Unit.PER_MINUTE: 60}


def machine() -> str:
    """Say what this ran on; the load average tells whether the machine was ours alone."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    packages = ", ".join(f"{name} {version(name)}" for name in ("aiohttp", "motor", "pymongo", "cryptography"))
    return (
        f"{os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}, load average {load}"
    )


def tell(rows: list[Row], console: Console) -> None:
    """Print the table, and under it what each floor is."""
    table = Table(title="ours against the floor of the same run", title_justify="left")
    for heading in ("", "what", "n", "round trips", "cpu ms", "ours p50 / p99", "floor p50 / p99", "ratio"):
        table.add_column(heading, justify="left" if heading == "what" else "right", no_wrap=heading != "what")
    for number, row in enumerate(rows, 1):
        trips = "-" if row.trips is None else f"{row.trips:.3f}".rstrip("0").rstrip(".")
        cpu = "-" if row.cpu_ms is None else f"{row.cpu_ms:.2f}"
        cells = (f"{row.n:,}", trips, cpu, _shown(row.ours, row.unit), _shown(row.floor, row.unit), f"{row.ratio:.2f}")
        table.add_row(str(number), row.what, *cells)
    console.print(table)
    console.print(
        "round trips: MongoDB commands an item. cpu ms: processor time of this process an item, server and client "
        "together. ratio: how many times as long as the floor, medians."
    )
    console.print("The floor of each row is:")
    for number, row in enumerate(rows, 1):
        console.print(f"{number:>3}  {row.floor_is}.", highlight=False)


def _shown(sample: Sample, unit: Unit) -> str:
    if unit in PER:
        return f"{PER[unit] / sample.p50:,.0f} {unit.value}"
    digits = 3 if sample.p50 < 0.001 else 1  # below a millisecond, microseconds matter
    return f"{sample.p50 * 1000:.{digits}f} / {sample.at(0.99) * 1000:.{digits}f} ms"


def _processor() -> str:
    """Name the processor where Linux does."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or "unknown processor")
