"""What a learner does all day: look at an order, its timeline, a product page; confirm a lesson."""

from collections.abc import Callable, Mapping

from lab.bench.measure import Act, Row, one_by_one
from lab.bench.seeds import COURSE_ID, TOKEN, Seeds, copies
from lab.bench.stage import Stage

ORDERS, N, TAUGHT = 60, 120, 6
READ = "a bare aiohttp handler with one find_one of such an order, answered as JSON"
WRITE = "a bare aiohttp handler with one majority update by key"


async def measure(stage: Stage, seeds: Seeds) -> list[Row]:
    """Read and confirm as a logged-in learner, each request over HTTP."""
    orders = copies(seeds.in_training("R000000", taught=TAUGHT, confirmed=TAUGHT // 2), "R", ORDERS)
    nos = [order.no for order in orders]
    await stage.ports.facts.add([fact for order in orders for fact in order.facts])
    await seeds.store(orders)
    find = _asking(stage, "GET", stage.bare, lambda n: f"/find/{nos[n % ORDERS]}")
    update = _asking(stage, "POST", stage.bare, lambda n: f"/update/{nos[n % ORDERS]}")
    pages: Mapping[str, Act] = {
        "GET /v1/orders/{no}": _asking(stage, "GET", stage.app, lambda n: f"/v1/orders/{nos[n % ORDERS]}"),
        "GET /v1/orders/{no}/timeline": _asking(
            stage, "GET", stage.app, lambda n: f"/v1/orders/{nos[n % ORDERS]}/timeline"
        ),
        "GET /v1/courses/{id} (product page)": _asking(stage, "GET", stage.app, lambda _: f"/v1/courses/{COURSE_ID}"),
    }
    rows = [await one_by_one(Row(what, READ), stage.trips, act, find, N) for what, act in pages.items()]
    confirming = _asking(
        stage,
        "POST",
        stage.app,
        lambda n: f"/v1/orders/{nos[n % ORDERS]}/lessons/{TAUGHT // 2 + 1 + n // ORDERS}/confirmation",
    )
    rows.append(await one_by_one(Row("POST confirm a lesson", WRITE), stage.trips, confirming, update, N))
    return rows


def _asking(stage: Stage, method: str, address: str, path: Callable[[int], str]) -> Act:
    async def ask(number: int) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with stage.session.request(method, address + path(number), headers=headers) as answer:
            await answer.read()
            answer.raise_for_status()

    return ask
