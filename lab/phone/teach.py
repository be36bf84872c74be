"""`python -m lab.phone.teach`: the school's part. The next lesson of every running order is taught, now."""

import asyncio
import json
import sys
from pathlib import Path

from aiohttp import ClientError, ClientSession
from rich.console import Console

from lab.phone import ADDRESSES, DIRECTORY
from lab.rig.http import HttpError
from lab.rig.product import School
from lab.rig.simulator import Simulator


async def main(console: Console, directory: Path) -> bool:
    """Report for every school; says whether there was anything to report."""
    keys, addresses = (json.loads((directory / name).read_text("utf-8")) for name in ("api-keys.json", ADDRESSES))
    async with ClientSession() as session:
        now = await Simulator(addresses["simulator"], session).now()
        schools = [School(addresses["server"], session, key) for key in keys.values()]
        reported = [await _teach(school, now, console) for school in schools]
    return any(reported)


async def _teach(school: School, now: str, console: Console) -> bool:
    found = await school.call("GET", "/orders?state=in_training")
    lessons = [(order["no"], lesson) for order in found["orders"] for lesson in order["lessons"]]
    coming = {no: lesson for no, lesson in reversed(lessons) if lesson["state"] == "scheduled"}
    for no, lesson in coming.items():
        try:
            outcome = await school.report(no, lesson["n"], now)
        except HttpError as error:
            console.print(f"{no} {lesson['title']}：{error.message}", style="yellow")
        else:
            [row] = outcome["rows"]
            told = row["error"]["message"] if row["error"] else "已上"
            console.print(f"{no} {lesson['title']}：{told}", highlight=False)
    return bool(coming)


if __name__ == "__main__":
    try:
        ANY = asyncio.run(main(Console(), DIRECTORY))
    except (FileNotFoundError, ClientError):
        sys.exit("先在另一个终端里 make phone")
    if not ANY:
        sys.exit("现在没有等着上课的订单：先在手机上下单")
