"""Orders in the states a measurement begins from, made by the rules themselves and not by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lab.bench.bench import MERCHANT_ID, Bench
from lab.rig import orders
from models.agenda import agenda
from models.charge import ChannelReading, ChannelState
from models.course import Course
from models.fee_mode import Agreement
from models.learner import Learner, Session
from models.merchant import Channel, resolve_channel
from models.order import Buyer, Order
from models.readings import apply_charge_reading
from models.steps import begin_completion
from services.catalog import require_course
from services.login import token_hash
from store.mongo import Database
from store.orders import SHAPE

COURSE_ID = "wandou-thinking-20"
LESSONS = 20
TOKEN = "a learner's session in the bench"  # noqa: S105 - a session of a database that is thrown away
LIFE = timedelta(days=30)
AGO = timedelta(days=1)


@dataclass(frozen=True)
class Dataset:
    """What every order of the bench has in common."""

    database: Database
    course: Course
    channel: Channel
    learner: Learner

    @property
    def ours(self) -> dict[str, Any]:
        """What every order says of itself, for the builders."""
        at = datetime.now(UTC) - AGO
        buyer = Buyer(learner_id=self.learner.id, openid=self.learner.openid, student_name="小豆")
        return {"course": self.course, "channel": self.channel, "buyer": buyer, "at": at}

    def placed(self, no: str) -> Order:
        """Write an order down, a day ago."""
        order = orders.placed(no=no, **self.ours)
        order.ask_at = order.placed_at + LIFE  # nobody asks while we measure
        return order

    def in_training(self, no: str, *, taught: int, confirmed: int) -> Order:
        """Let WeChat run it, the school teach `taught` lessons and the learner confirm `confirmed` of them."""
        order = orders.in_training(no=no, **self.ours)
        teach(order, order.placed_at, taught, confirmed)
        return order

    def deducting(self, no: str) -> Order:
        """Let it end with all lessons confirmed, and WeChat be asked for the money: the paid notice is due."""
        order = self.in_training(no, taught=LESSONS, confirmed=LESSONS)
        charge, now = order.charges[0], datetime.now(UTC)
        begin_completion(order, now, charge.no)
        asked = ChannelReading(origin=order.channel.origin, charge_no=charge.no, state=ChannelState.DEDUCTING)
        apply_charge_reading(order, now, asked)
        return order

    async def store(self, pile: Sequence[Order]) -> None:
        """Store orders as the relay leaves them a moment after a change: their facts published."""
        for order in pile:
            order.facts.clear()
        await self.database["orders"].insert_many([{**SHAPE.document(x), "agenda": agenda(x)} for x in pile])


def copies(order: Order, prefix: str, count: int) -> list[Order]:
    """Copy an order under other numbers, as wide as its own; much faster than taking each through the rules."""
    text = order.model_dump_json()
    numbers = (f"{prefix}{number:06d}" for number in range(count))
    return [Order.model_validate_json(text.replace(order.no, no)) for no in numbers]


def teach(order: Order, at: datetime, taught: int, confirmed: int) -> None:
    """Teach the first `taught` lessons and confirm the first `confirmed` of them."""
    orders.teach_and_confirm(order, *range(1, confirmed + 1), at=at)
    orders.teach(order, *range(confirmed + 1, taught + 1), at=at)


async def make_dataset(bench: Bench) -> Dataset:
    """Take the sample course, and log one simulated WeChat user in as the learner of every order."""
    ports, now = bench.ports, datetime.now(UTC)
    person = await bench.simulator.add_person(bench.merchant.appid, "压测家长", score=800)
    learner = await ports.learners.logged_in(person.openid, None, "L-bench", now)
    await ports.sessions.add(
        Session(
            hash=token_hash(TOKEN),
            learner_id=learner.id,
            appid=bench.merchant.appid,
            created_at=now,
            expires_at=now + LIFE,
            idle_after=now + LIFE,
        )
    )
    channel = resolve_channel(ports.merchants.get(MERCHANT_ID), Agreement.AUTHORIZATION)
    wx = await ports.authorization_gateway.apply_authorization(channel, "AUTHBENCH")
    await bench.simulator.make_wx_call(person, {"params": wx.params, "api": wx.api})
    return Dataset(bench.database, await require_course(ports, COURSE_ID), channel, learner)
