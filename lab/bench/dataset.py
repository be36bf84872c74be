"""Orders in the states a measurement begins from, made by the rules themselves and not by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lab.bench.bench import MERCHANT_ID, Bench
from models.agenda import agenda
from models.charge import ChannelReading, ChannelState
from models.contract import Acceptance
from models.course import Course
from models.fee_mode import Agreement, FeeMode
from models.learner import Learner, Session
from models.lesson import LessonReport
from models.merchant import Channel, resolve_channel
from models.order import Buyer, Order
from models.placing import place_order
from models.policy import Policy
from models.readings import apply_charge_reading
from models.settling import begin_completion, begin_opening, progress
from models.training import confirm_lesson, report_attendance
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

    def placed(self, no: str) -> Order:
        """Write an order down, a day ago."""
        at = datetime.now(UTC) - AGO
        acceptance = Acceptance(
            offer_id="offer_1",
            contract_version="1",
            text_sha256="0" * 64,
            price_list_sha256=self.course.price_list_sha256,
            accepted_at=at,
            address="203.0.113.7",
            agent="MicroMessenger/8.0",
        )
        return place_order(
            no=no,
            buyer=Buyer(learner_id=self.learner.id, openid=self.learner.openid, student_name="小豆"),
            course=self.course,
            fee_mode=FeeMode.PAY_AFTER_COURSE,
            policy=Policy(),
            channel=self.channel,
            acceptance=acceptance,
            idempotency_key=f"bench-{no}",
            request_sha256="0" * 64,
            at=at,
            ask_at=at + LIFE,
        )

    def in_training(self, no: str, *, taught: int, confirmed: int) -> Order:
        """Let WeChat run it, the school teach `taught` lessons and the learner confirm `confirmed` of them."""
        order = self.placed(no)
        charge = order.charges[0]
        begin_opening(order, order.placed_at, charge.no)
        running = ChannelReading(charge_no=charge.no, state=ChannelState.IN_SERVICE, started_at=order.placed_at)
        apply_charge_reading(order, order.placed_at, running)
        teach(order, order.placed_at, taught, confirmed)
        return order

    def deducting(self, no: str) -> Order:
        """Let it end with all lessons confirmed, and WeChat be asked for the money: the paid notice is due."""
        order = self.in_training(no, taught=LESSONS, confirmed=LESSONS)
        charge, now = order.charges[0], datetime.now(UTC)
        begin_completion(order, now, charge.no)
        apply_charge_reading(order, now, ChannelReading(charge_no=charge.no, state=ChannelState.DEDUCTING))
        return order

    async def store(self, orders: Sequence[Order]) -> None:
        """Store orders as the relay leaves them a moment after a change: their facts published."""
        for order in orders:
            order.facts.clear()
        await self.database["orders"].insert_many([{**SHAPE.document(x), "agenda": agenda(x)} for x in orders])


def copies(order: Order, prefix: str, count: int) -> list[Order]:
    """Copy an order under other numbers, as wide as its own; much faster than taking each through the rules."""
    text = order.model_dump_json()
    numbers = (f"{prefix}{number:06d}" for number in range(count))
    return [Order.model_validate_json(text.replace(order.no, no)) for no in numbers]


def teach(order: Order, at: datetime, taught: int, confirmed: int) -> None:
    """Teach the first `taught` lessons and confirm the first `confirmed` of them."""
    for n in range(1, taught + 1):
        report = LessonReport(report_id=f"{order.no}-{n}", taught_at=at, reported_by="xxk_bench")
        report_attendance(order, at, n, report)
        if n <= confirmed:
            confirm_lesson(order, at, n, "learner", "miniprogram")
    progress(order, at)


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
    wx = await ports.pay.apply_authorization(channel, "AUTHBENCH")
    await bench.simulator.make_wx_call(person, {"params": wx.params, "api": wx.api})
    return Dataset(bench.database, await require_course(ports, COURSE_ID), channel, learner)
