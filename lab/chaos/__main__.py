"""`python -m lab.chaos --seed N --steps M`, or `--seeds 1..20`: run seeds one after the other; exits 1 if one fails."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from lab.chaos.report import Report
from lab.chaos.run import run_seed
from lab.rig.processes import running_simulator
from store.embedded.mongo import EmbeddedMongo

LOG_WIDTH = 200
"""Where nobody's terminal says how wide it is."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab.chaos", description=__doc__)
    parser.add_argument("--seed", "--seeds", dest="seeds", default="1", help="one seed, or a range such as 1..20")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--follow", action="store_true", help="print every step as it happens")
    parser.add_argument("--keep", type=Path, help="a folder to keep the logs in")
    return parser.parse_args()


def _seeds(text: str) -> range:
    first, _, last = text.partition("..")
    return range(int(first), int(last or first) + 1)


async def main(arguments: argparse.Namespace, console: Console, directory: Path) -> bool:
    """Run every seed; says whether all went well."""
    reports: list[Report] = []
    with EmbeddedMongo(directory / "mongo") as mongo_uri:
        async with running_simulator(directory / "simulator.log") as simulator:
            for seed in _seeds(arguments.seeds):
                say = _say(console) if arguments.follow else _nothing
                folder = directory / f"seed-{seed}"
                report = await run_seed(simulator, mongo_uri, folder, seed, arguments.steps, say)
                _tell(report, console, follow=arguments.follow)
                reports.append(report)
    console.print(_table(reports))
    return not any(report.problems for report in reports)


def _say(console: Console) -> Callable[[str], None]:
    return lambda line: console.print(f"  {line}", highlight=False, markup=False)


def _nothing(_: str) -> None:
    """Say nothing."""


def _tell(report: Report, console: Console, *, follow: bool) -> None:
    verdict = "FAILED" if report.problems else "clean"
    console.print(f"seed {report.seed}: {verdict} after {len(report.trace)} steps, {report.seconds:.0f} s")
    if not report.problems:
        return
    for line in [] if follow else report.trace:
        console.print(f"  {line}", highlight=False, markup=False)
    for line in report.histories:
        console.print(f"  | {line}", highlight=False, markup=False)
    for problem in report.problems:
        console.print(f"  ! {problem}", highlight=False, markup=False)
    console.print(f"  again: python -m lab.chaos --seed {report.seed} --steps {report.steps} --follow")


def _table(reports: list[Report]) -> Table:
    table = Table(title="seeds")
    for column in ("seed", "orders", "charges", "taken fen", "given back", "ours", "faults", "kills", "s", "result"):
        table.add_column(column, justify="left" if column in {"orders", "result"} else "right")
    for report in reports:
        orders = " ".join(f"{state} {count}" for state, count in sorted(report.orders.items()))
        table.add_row(
            str(report.seed),
            orders,
            *(str(number) for number in (report.charges, report.taken_fen, report.refunded_fen, report.ours_fen)),
            *(str(number) for number in (report.faults, report.kills, round(report.seconds))),
            "FAILED" if report.problems else "clean",
        )
    return table


def run() -> int:
    """Run it from the command line."""
    arguments = _arguments()
    console = Console() if sys.stdout.isatty() else Console(width=LOG_WIDTH)
    with TemporaryDirectory(prefix="xianxue-chaos-") as folder:
        well = asyncio.run(main(arguments, console, arguments.keep or Path(folder)))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(run())
