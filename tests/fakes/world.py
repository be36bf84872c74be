"""The services' whole outside, with the parts a test looks at at hand."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import timedelta

from models.delivery import Delivery, WebhookEndpoint
from models.learner import Learner
from models.order import Order
from services.ports import Ports
from services.settings import Settings, Template, Templates, Use
from tests.fakes.memory import MemoryDatabase
from tests.fakes.outside import FakeClock, FakeIds, FakeMessageDoor, FakeMessenger, FakeSender
from tests.fakes.stores import PortStores, memory_stores

CHARGED_TEMPLATE = "tmpl-charged"
CHARGED_ONLY = Templates(subscribe={Use.CHARGE_PAID: Template(CHARGED_TEMPLATE)})


class NotNeeded:
    """Stands where a test needs nobody; being asked anything is a fault of the test."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(name)


def in_memory() -> Callable[[], PortStores]:
    """Return a function that opens one more worker's stores on the same memory."""
    memory = MemoryDatabase()
    return lambda: memory_stores(memory)


@dataclass
class World:
    """`ports` is one process's view of it, `worker()` that of another on the same data."""

    open_stores: Callable[[], PortStores] = field(default_factory=in_memory)
    clock: FakeClock = field(default_factory=FakeClock)
    ids: FakeIds = field(default_factory=FakeIds)
    messenger: FakeMessenger = field(default_factory=FakeMessenger)
    sender: FakeSender = field(default_factory=FakeSender)
    templates: Templates = field(default_factory=lambda: CHARGED_ONLY)
    lease: timedelta = timedelta(seconds=60)
    outsiders: Mapping[str, object] = field(default_factory=dict)
    """Who else is there, by their port's name."""

    def __post_init__(self) -> None:
        self.stores = self.open_stores()
        self.ports = self.worker()

    def worker(self, *, lease: timedelta | None = None, **others: object) -> Ports:
        """Return another process on the same data, with claims of its own; `others` replace some of its parts."""
        parts: dict[str, object] = {part.name: NotNeeded() for part in fields(Ports) if part.default is MISSING}
        parts |= vars(self.open_stores())
        parts |= {"clock": self.clock, "ids": self.ids, "messenger": self.messenger, "sender": self.sender}
        settings = Settings(
            miniprogram_appid="wx1", templates=self.templates, lease=self.lease if lease is None else lease
        )
        parts |= {"settings": settings, "oa_door": FakeMessageDoor(), "miniprogram_door": FakeMessageDoor()}
        return Ports(**parts | dict(self.outsiders) | others)

    async def know(self, *things: Learner | Order | WebhookEndpoint) -> None:
        """Put learners, orders and endpoints into the stores."""
        for thing in things:
            match thing:
                case Order():
                    await self.stores.orders.add(thing)
                case WebhookEndpoint():
                    await self.stores.deliveries.add_endpoint(thing)
                case Learner():
                    await self._know_learner(thing)

    async def order(self, no: str) -> Order:
        """Return an order as it is stored."""
        order = await self.stores.orders.get(no)
        assert order
        return order

    async def stored_learner(self, learner_id: str = "L1") -> Learner:
        """Return a learner as they are stored."""
        learner = await self.stores.learners.get(learner_id)
        assert learner
        return learner

    async def deliveries(self, receiver: str = "", address: str = "") -> list[Delivery]:
        """Return all deliveries (of one road, to one receiver) by order, place in its chain, and receiver."""
        found = await self.stores.deliveries.of_institution("wandou", limit=10_000)
        wanted = [x for x in found if receiver in ("", x.receiver) and address in ("", x.address)]
        return sorted(wanted, key=lambda x: (x.order_no, x.seq, x.receiver, x.address))

    async def _know_learner(self, learner: Learner) -> None:
        await self.stores.learners.logged_in(learner.openid, learner.unionid, learner.id, learner.created_at)
        await self.stores.learners.update(learner)
        if learner.unionid and learner.oa_openid:
            await self.stores.learners.link_oa(learner.unionid, learner.oa_openid)
