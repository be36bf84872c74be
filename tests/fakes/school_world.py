"""Everything the use cases touch, in memory: one school with every way to agree, one WeChat, one clock."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from jobs import runs
from jobs.metrics import JOB_CRASHES
from lab.rig.orders import AT_ONCE, MERCHANT, MODES, PRICES, a_channel, a_course
from models.agenda import agenda
from models.authorization import Authorization, authorization_id
from models.contract import Contract
from models.course import Course
from models.errors import NotFound
from models.fee_mode import Agreement, FeeMode
from models.institution import Institution
from models.learner import Learner
from models.merchant import Channel, Merchant
from models.offer import make_offer
from models.order import Order
from models.policy import Policy
from services.lessons import AttendanceRow, RowOutcome, confirm_lesson, report_attendance
from services.notices import take_notice
from services.ordering import Placed, PlaceOrder, place_order
from services.ports import Ports
from services.settings import Templates
from services.telling import shown
from tests.fakes.memory import MemoryDatabase
from tests.fakes.outside import START, FakeClock
from tests.fakes.stores import memory_stores
from tests.fakes.wechat import FakeWeChat
from tests.fakes.world import World

SCHOOL = "wandou"
NO_LEASE = timedelta(0)
"""Claims that end at once: what a killed process held is taken up without waiting, and two workers really collide."""


class FakeMerchants:
    """One merchant."""

    def get(self, merchant_id: str) -> Merchant:
        if merchant_id != MERCHANT.id:
            raise NotFound("merchant_not_configured", merchant=merchant_id)
        return MERCHANT


@dataclass(kw_only=True)
class SchoolWorld(World):
    """A world with one school, one course and one learner in it, and what they do every day."""

    database: MemoryDatabase
    wechat: FakeWeChat
    learner: Learner
    course: Course
    rows: "count[int]" = field(default_factory=lambda: count(1))

    def channel(self, agreement: Agreement) -> Channel:
        """Return the identity at WeChat of orders agreed to this way."""
        return a_channel(agreement)

    async def orders(self) -> list[Order]:
        """Return all orders of the learner."""
        return await self.ports.orders.of_learner(self.learner.id, limit=1000)

    async def authorization(self) -> Authorization:
        """Return the learner's permission as we know it."""
        service_id = MERCHANT.services[Agreement.AUTHORIZATION]
        found = await self.ports.authorizations.get(authorization_id(self.learner.id, service_id, None))
        assert found is not None
        return found

    async def allow(self, agreement: Agreement) -> None:
        """Have the institution take after-course orders this way."""
        school = await self.ports.institutions.get(SCHOOL)
        assert school is not None
        school.policy = school.policy.model_copy(update={"pay_after_course_by": agreement})
        await self.ports.institutions.put(school)

    def offer_id(self) -> str:
        """What the product page promises now."""
        course = self.database.collection("courses")[self.course.id]
        school = self.database.collection("institutions")[SCHOOL]
        return make_offer(course, school.contract, school.policy).id

    def command(self, agreement: Agreement, key: str = "key-1", student: str = "") -> PlaceOrder:
        """What the learner asks for on the product page; each key is for another child unless one is named."""
        return PlaceOrder(
            course_id=self.course.id,
            fee_mode=MODES[agreement],
            student_name=student or ("小明" if key == "key-1" else f"小明{key}"),
            offer_id=self.offer_id(),
            contract_version="1",
            accepted=True,
            idempotency_key=key,
            address="203.0.113.7",
            agent="MicroMessenger/8.0",
        )

    async def place(self, agreement: Agreement, key: str = "key-1", ports: Ports | None = None) -> Placed:
        """Place an order agreed to this way."""
        if MODES[agreement] is FeeMode.PAY_AFTER_COURSE:
            await self.allow(agreement)
        return await place_order(ports or self.ports, self.learner, self.command(agreement, key))

    def agree(self, order: Order) -> None:
        """Have the learner do inside WeChat what the order waits for."""
        match order.agreement:
            case Agreement.AUTHORIZATION:
                self.wechat.authorize(order.channel, order.buyer.openid)
            case Agreement.NEED_CONFIRM:
                self.wechat.confirm(order.charges[0].no)
            case Agreement.PLAN:
                self.wechat.sign(f"{order.no}-S")
            case Agreement.PAYMENT:
                self.wechat.pay(order.charges[0].no)

    async def begin(self, agreement: Agreement, key: str = "key-1") -> Order:
        """Place an order and take it into training."""
        placed = await self.place(agreement, key)
        self.agree(placed.order)
        await self.wechat.deliver(self.ports)
        await self.work()
        return await self.order(placed.order.no)

    async def report(self, order_no: str, *lessons: int) -> list[RowOutcome]:
        """Have the institution report lessons as just taught."""
        rows = [AttendanceRow(f"row-{next(self.rows)}", order_no, n, self.clock.at) for n in lessons]
        return await report_attendance(self.ports, SCHOOL, rows, "xxk_abc")

    async def teach(self, order_no: str, *lessons: int) -> Order:
        """Have lessons taught, reported and confirmed by the learner."""
        await self.report(order_no, *lessons)
        for n in lessons:
            await confirm_lesson(self.ports, self.learner.id, order_no, n, "miniprogram")
        return await self.order(order_no)

    async def look(self, order_no: str) -> Order:
        """Have the learner open the order's page, which tells them of its lessons and of what will be taken."""
        return await shown(self.ports, await self.order(order_no), "order_page")

    async def work(self, ports: Ports | None = None, rounds: int = 12) -> None:
        """Run every job until nothing is due, the clock standing still.

        No item may crash, no job may spin, and no use case may leave what it worked on as due as it was.
        """
        crashes = _crashes()
        for _ in range(rounds):
            done = [await job(ports or self.ports, 50) for job in JOBS]
            assert _crashes() == crashes, "an item of a job crashed"
            assert not self._fruitless(), "work was done and is as due as before"
            if not any(done):
                return
        message = f"something stays due however often it is worked on: {dict(zip(JOBS, done, strict=True))}"
        raise AssertionError(message)

    def _fruitless(self) -> list[tuple[str, str]]:
        return [work for work, claim in self.database.claims.items() if claim.counted and claim.idle]

    async def live(self, **time: float) -> None:
        """Let time pass in the steps in which something is due, working on it and delivering notices as they come."""
        end = self.clock.at + timedelta(**time)
        while self.clock.at < end:
            await self.work()
            await self.wechat.deliver(self.ports)
            await self.work()
            moments = [at for order in await self.orders() for at in agenda(order).values()]
            self.clock.at = min([end, *(at for at in moments if at > self.clock.at)])
        await self.work()


JOBS = (
    runs.heal_authorizations,
    runs.heal,
    runs.settle,
    runs.confirm_silence,
    runs.decide_disputes,
    runs.refund,
    runs.remind,
    runs.expire,
    runs.sweep,
)


def _crashes() -> float:
    samples = [sample for metric in JOB_CRASHES.collect() for sample in metric.samples]
    return sum(sample.value for sample in samples if sample.name.endswith("_total"))


async def school_world(*, lease: timedelta = timedelta(seconds=60), policy: Policy | None = None) -> SchoolWorld:
    """Make one: a school that takes every fee mode, a course of 1000, 900, 900 and 800 fen, one learner."""
    clock, database = FakeClock(START.replace(microsecond=123000)), MemoryDatabase()
    wechat = FakeWeChat(lambda: clock.at)
    w = SchoolWorld(
        open_stores=lambda: memory_stores(database),
        clock=clock,
        templates=Templates(),
        lease=lease,
        outsiders={"merchants": FakeMerchants(), **wechat.as_gateways()},
        database=database,
        wechat=wechat,
        learner=Learner(id="L1", openid="mp-L1", unionid="union-1", created_at=START),
        course=a_course(PRICES),
    )
    await w.ports.institutions.put(
        Institution(
            id=SCHOOL,
            name="豌豆思维",
            merchant_id=MERCHANT.id,
            policy=(policy or AT_ONCE).model_copy(update={"fee_modes": tuple(FeeMode)}),
            contract=Contract(version="1", title="先学后付协议", text="……"),
        )
    )
    w.course = await w.ports.courses.put(w.course)
    return w


__all__ = ["SCHOOL", "SchoolWorld", "school_world", "take_notice"]
