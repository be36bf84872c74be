"""WeChat's USER_PAID notices: signed, sealed, posted over HTTP to the real application."""

from datetime import UTC, datetime

from lab.bench.bench import MERCHANT_ID, Bench
from lab.bench.dataset import Dataset, copies
from lab.bench.measure import Row, Unit, in_batches, one_by_one, side_by_side
from lab.rig.wechatpay import sealed, user_paid
from models.order import Order

SINGLE, BATCHES, BATCH, AT_ONCE = 120, 6, 40, 16
FLOOR = "the same client posts the same bytes to a bare aiohttp handler that does one majority insert"


class Notices:
    """Posts each notice of a prepared pile once, to us and to the floor."""

    def __init__(self, bench: Bench, bodies: list[bytes]) -> None:
        self._stage = bench
        self._sent = [(body, bench.signer.headers(body, datetime.now(UTC))) for body in bodies]
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


async def measure(bench: Bench, dataset: Dataset) -> list[Row]:
    """Take every notice once, then some again."""
    orders = copies(dataset.deducting("N000000"), "N", SINGLE + BATCHES * BATCH)
    key = bench.merchant.api_v3_key.get_secret_value()
    notices = Notices(bench, [_paid_notice(order, key) for order in orders])
    await dataset.store(orders)
    single = Row("USER_PAID notice, one at a time", FLOOR)
    await one_by_one(single, bench.heard, notices.fresh, notices.floor, SINGLE)
    crowd = Row(f"USER_PAID notices, {AT_ONCE} at once", FLOOR, Unit.PER_SECOND)
    await in_batches(
        crowd,
        bench.heard,
        side_by_side(notices.fresh, size=BATCH, at_once=AT_ONCE),
        side_by_side(notices.floor, size=BATCH, at_once=AT_ONCE),
        batches=BATCHES,
        size=BATCH,
    )
    repeat = Row("the same notices again, one at a time", FLOOR)
    await one_by_one(repeat, bench.heard, notices.again, notices.floor, SINGLE)
    await _require_paid(bench, min(notices.posted, len(orders)))
    return [single, crowd, repeat]


def _paid_notice(order: Order, api_v3_key: str) -> bytes:
    charge = order.charges[0]
    fen = charge.completion.amount_fen if charge.completion else 0
    content = user_paid(order.channel.model_dump(), order.buyer.openid, charge.no, fen)
    return sealed("PAYSCORE.USER_PAID", content, api_v3_key)


async def _require_paid(bench: Bench, wanted: int) -> None:
    """Say no number about work that was not done."""
    settled = await bench.database["orders"].count_documents({"_id": {"$regex": "^N"}, "state": "settled"})
    if settled != wanted:
        message = f"{settled} of {wanted} notices were applied"
        raise RuntimeError(message)
