"""Month's end: many orders due at once, each to be completed at WeChat over the wire."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jobs.runs import AT_ONCE as JOB_AT_ONCE
from lab.bench.bench import Bench
from lab.bench.dataset import LESSONS, Dataset, teach
from lab.bench.measure import Row, Unit, in_batches
from models.order import Order
from models.plausibility import began_at
from models.readings import apply_charge_reading
from models.requests import completion_fees, service_request
from models.steps import begin_completion, begin_opening

BATCHES, BATCH = 4, 40
OLD_ENOUGH_S = 4.0
"""A service order must be some seconds older than the end we ask for: `models.steps.CLOCK_MARGIN`."""

FLOOR = (
    "the same number of signed complete calls through our own WeChat Pay client to the same simulator process, "
    "as many at once, with no order, no claim and no database"
)


@dataclass(frozen=True)
class Settling:
    """Two piles of orders, all running at the simulator."""

    bench: Bench
    dataset: Dataset
    ours: list[Order]
    floor: list[Order]

    async def fall_due(self, batch: int) -> None:
        """Store one batch, due now."""
        await self.dataset.store(_batch(self.ours, batch))

    async def settle(self, batch: int) -> None:
        """Run the job over one batch, stored a moment ago."""
        done = await self.bench.run("settle")
        if done != BATCH:
            message = f"batch {batch}: the job worked on {done} of {BATCH} orders"
            raise RuntimeError(message)

    async def complete(self, batch: int) -> None:
        """Make the bare calls of one batch."""
        room = asyncio.Semaphore(JOB_AT_ONCE)

        async def one(order: Order) -> None:
            charge = order.charges[0]
            completion = begin_completion(order, datetime.now(UTC), charge.no)
            async with room:
                await self.bench.ports.service_gateway.complete_service(
                    order.channel, charge.no, completion, completion_fees(order, charge, completion)
                )

        await asyncio.gather(*(one(order) for order in _batch(self.floor, batch)))


async def measure(bench: Bench, dataset: Dataset) -> list[Row]:
    """Open every service order, wait until it may be completed, then settle in turns with the bare calls."""
    count = BATCHES * BATCH
    ours = await _running(bench, dataset, "S", count)
    floor = await _running(bench, dataset, "F", count)
    await asyncio.sleep(OLD_ENOUGH_S)
    settling = Settling(bench, dataset, ours, floor)
    row = Row("due orders completed at WeChat by the job", FLOOR, Unit.PER_MINUTE)
    await in_batches(
        row, bench.heard, settling.settle, settling.complete, batches=BATCHES, size=BATCH, before=settling.fall_due
    )
    await _require_asked(bench, count)
    return [row]


async def _require_asked(bench: Bench, wanted: int) -> None:
    """Say no number about work that was not done: the job also counts orders it claimed in vain."""
    asked = await bench.database["orders"].count_documents({"_id": {"$regex": "^S"}, "charges.0.state": "deducting"})
    if asked != wanted:
        message = f"WeChat took {asked} of {wanted} completions"
        raise RuntimeError(message)


def _batch(orders: list[Order], number: int) -> list[Order]:
    return orders[number * BATCH : (number + 1) * BATCH]


async def _running(bench: Bench, dataset: Dataset, prefix: str, count: int) -> list[Order]:
    room = asyncio.Semaphore(JOB_AT_ONCE)

    async def one(number: int) -> Order:
        order = dataset.placed(f"{prefix}{number:06d}")
        charge = order.charges[0]
        begin_opening(order, datetime.now(UTC), charge.no)
        async with room:
            reading, _ = await bench.ports.service_gateway.open_service(service_request(order, charge))
        apply_charge_reading(order, datetime.now(UTC), reading)
        teach(order, began_at(order) + timedelta(seconds=1), LESSONS, LESSONS)
        return order

    return list(await asyncio.gather(*(one(number) for number in range(count))))
