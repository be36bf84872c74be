"""What a learner does all day: look at an order, its timeline, a product page; confirm a lesson."""

from collections.abc import Callable, Mapping

from lab.bench.bench import Bench
from lab.bench.dataset import COURSE_ID, TOKEN, Dataset, copies
from lab.bench.measure import Row, Work, one_by_one

ORDERS, N, TAUGHT = 60, 120, 6
READ = "a bare aiohttp handler with one find_one of such an order, answered as JSON"
WRITE = "a bare aiohttp handler with one majority update by key"


async def measure(bench: Bench, dataset: Dataset) -> list[Row]:
    """Read and confirm as a logged-in learner, each request over HTTP."""
    orders = copies(dataset.in_training("R000000", taught=TAUGHT, confirmed=TAUGHT // 2), "R", ORDERS)
    nos = [order.no for order in orders]
    await bench.ports.facts.add([fact for order in orders for fact in order.facts])
    await dataset.store(orders)
    find = _asking(bench, "GET", bench.bare, lambda n: f"/find/{nos[n % ORDERS]}")
    update = _asking(bench, "POST", bench.bare, lambda n: f"/update/{nos[n % ORDERS]}")
    pages: Mapping[str, Work] = {
        "GET /v1/orders/{no}": _asking(bench, "GET", bench.app, lambda n: f"/v1/orders/{nos[n % ORDERS]}"),
        "GET /v1/orders/{no}/timeline": _asking(
            bench, "GET", bench.app, lambda n: f"/v1/orders/{nos[n % ORDERS]}/timeline"
        ),
        "GET /v1/courses/{id} (product page)": _asking(bench, "GET", bench.app, lambda _: f"/v1/courses/{COURSE_ID}"),
    }
    rows = [await one_by_one(Row(what, READ), bench.heard, work, find, N) for what, work in pages.items()]
    confirming = _asking(
        bench,
        "POST",
        bench.app,
        lambda n: f"/v1/orders/{nos[n % ORDERS]}/lessons/{TAUGHT // 2 + 1 + n // ORDERS}/confirmation",
    )
    rows.append(await one_by_one(Row("POST confirm a lesson", WRITE), bench.heard, confirming, update, N))
    return rows


def _asking(bench: Bench, method: str, address: str, path: Callable[[int], str]) -> Work:
    async def ask(number: int) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with bench.session.request(method, address + path(number), headers=headers) as answer:
            await answer.read()
            answer.raise_for_status()

    return ask
