"""`python -m lab.chaos --seed N --steps M`, or `--seeds 1..20`: run seeds one after the other; exits 1 if one fails."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from lab.chaos.play import Played, play
from lab.rig.processes import running
from store.embedded import EmbeddedMongo

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
    """Play every seed; says whether all went well."""
    all_played: list[Played] = []
    with EmbeddedMongo(directory / "mongo") as mongo_uri:
        async with running("wechat_simulator", "--port", "0", log=directory / "simulator.log") as simulator:
            for seed in _seeds(arguments.seeds):
                say = _say(console) if arguments.follow else _nothing
                folder = directory / f"seed-{seed}"
                played = await play(simulator.address, mongo_uri, folder, seed, arguments.steps, say)
                _tell(played, console, follow=arguments.follow)
                all_played.append(played)
    console.print(_table(all_played))
    return not any(played.problems for played in all_played)


def _say(console: Console) -> Callable[[str], None]:
    return lambda line: console.print(f"  {line}", highlight=False, markup=False)


def _nothing(_: str) -> None:
    """Say nothing."""


def _tell(played: Played, console: Console, *, follow: bool) -> None:
    verdict = "FAILED" if played.problems else "clean"
    console.print(f"seed {played.seed}: {verdict} after {len(played.trace)} steps, {played.seconds:.0f} s")
    if not played.problems:
        return
    for line in [] if follow else played.trace:
        console.print(f"  {line}", highlight=False, markup=False)
    for line in played.stories:
        console.print(f"  | {line}", highlight=False, markup=False)
    for problem in played.problems:
        console.print(f"  ! {problem}", highlight=False, markup=False)
    console.print(f"  again: python -m lab.chaos --seed {played.seed} --steps {played.steps} --follow")


def _table(all_played: list[Played]) -> Table:
    table = Table(title="worlds")
    for column in ("seed", "orders", "charges", "taken fen", "given back", "ours", "faults", "kills", "s", "result"):
        table.add_column(column, justify="left" if column in {"orders", "result"} else "right")
    for played in all_played:
        orders = " ".join(f"{state} {count}" for state, count in sorted(played.orders.items()))
        table.add_row(
            str(played.seed),
            orders,
            *(str(number) for number in (played.charges, played.taken_fen, played.refunded_fen, played.ours_fen)),
            *(str(number) for number in (played.faults, played.kills, round(played.seconds))),
            "FAILED" if played.problems else "clean",
        )
    return table


def run() -> int:
    """Run it from the command line."""
    arguments = _arguments()
    console = Console() if sys.stdout.isatty() else Console(width=LOG_WIDTH)
    with TemporaryDirectory(prefix="xianxue-world-") as folder:
        well = asyncio.run(main(arguments, console, arguments.keep or Path(folder)))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(run())
