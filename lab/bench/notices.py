"""WeChat's USER_PAID notices: signed, sealed, posted over HTTP to the real application."""

from lab.bench.measure import Row, Unit, in_batches, one_by_one, side_by_side
from lab.bench.seeds import Seeds, copies
from lab.bench.stage import MERCHANT_ID, Stage
from lab.bench.wechat_side import user_paid

SINGLE, BATCHES, BATCH, AT_ONCE = 120, 6, 40, 16
FLOOR = "the same client posts the same bytes to a bare aiohttp handler that does one majority insert"


class Notices:
    """Posts each notice of a prepared pile once, to us and to the floor."""

    def __init__(self, stage: Stage, bodies: list[bytes]) -> None:
        self._stage = stage
        self._sent = [(body, stage.platform.headers(body)) for body in bodies]
        self.posted = 0

    async def fresh(self, _: int) -> None:
        """Post a notice that was never posted before."""
        number, self.posted = self.posted, self.posted + 1
        await self.again(number)

    async def again(self, number: int) -> None:
        """Post this notice."""
        await self._post(f"{self._stage.app}/wechat/pay/notices/{MERCHANT_ID}", number)

    async def floor(self, number: int) -> None:
        """Post the same bytes to the floor."""
        await self._post(f"{self._stage.bare}/insert", number)

    async def _post(self, url: str, number: int) -> None:
        body, headers = self._sent[number % len(self._sent)]
        async with self._stage.session.post(url, data=body, headers=headers) as answer:
            await answer.read()
            answer.raise_for_status()


async def measure(stage: Stage, seeds: Seeds) -> list[Row]:
    """Take every notice once, then some again."""
    orders = copies(seeds.deducting("N000000"), "N", SINGLE + BATCHES * BATCH)
    key = stage.merchant.api_v3_key.get_secret_value()
    notices = Notices(stage, [user_paid(order, key) for order in orders])
    await seeds.store(orders)
    single = Row("USER_PAID notice, one at a time", FLOOR)
    await one_by_one(single, stage.trips, notices.fresh, notices.floor, SINGLE)
    crowd = Row(f"USER_PAID notices, {AT_ONCE} at once", FLOOR, Unit.PER_SECOND)
    await in_batches(
        crowd,
        stage.trips,
        side_by_side(notices.fresh, size=BATCH, at_once=AT_ONCE),
        side_by_side(notices.floor, size=BATCH, at_once=AT_ONCE),
        batches=BATCHES,
        size=BATCH,
    )
    repeat = Row("the same notices again, one at a time", FLOOR)
    await one_by_one(repeat, stage.trips, notices.again, notices.floor, SINGLE)
    await _require_paid(stage, min(notices.posted, len(orders)))
    return [single, crowd, repeat]


async def _require_paid(stage: Stage, wanted: int) -> None:
    """Say no number about work that was not done."""
    settled = await stage.database["orders"].count_documents({"_id": {"$regex": "^N"}, "state": "settled"})
    if settled != wanted:
        message = f"{settled} of {wanted} notices were applied"
        raise RuntimeError(message)
