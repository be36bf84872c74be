"""The services' whole outside, in memory, with the parts a test looks at at hand."""

from dataclasses import dataclass, field

from models.learner import Learner
from models.order import Order
from services.ports import Ports, Templates
from tests.fakes.outside import FakeClock, FakeIds, FakeMessageDoor, FakeMessenger, FakeSender
from tests.fakes.reach_memory import (
    MemoryConversations,
    MemoryDeliveries,
    MemoryFacts,
    MemoryGrants,
    MemoryInbox,
    MemoryLearners,
    MemoryOrders,
)

CHARGED_TEMPLATE = "tmpl-charged"


class NotNeeded:
    """Stands where a test needs nobody; being asked anything is a fault of the test."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(name)


@dataclass
class World:
    clock: FakeClock = field(default_factory=FakeClock)
    messenger: FakeMessenger = field(default_factory=FakeMessenger)
    sender: FakeSender = field(default_factory=FakeSender)
    orders: MemoryOrders = field(default_factory=MemoryOrders)
    facts: MemoryFacts = field(default_factory=MemoryFacts)
    learners: MemoryLearners = field(default_factory=MemoryLearners)
    deliveries: MemoryDeliveries = field(default_factory=MemoryDeliveries)
    grants: MemoryGrants = field(default_factory=MemoryGrants)
    inbox: MemoryInbox = field(default_factory=MemoryInbox)
    conversations: MemoryConversations = field(default_factory=MemoryConversations)
    templates: Templates = field(default_factory=lambda: Templates(charged_id=CHARGED_TEMPLATE))

    def ports(self, **others: object) -> Ports:
        """Join the parts; `others` replace some of them."""
        nobody = NotNeeded()
        parts: dict[str, object] = dict.fromkeys(Ports.__dataclass_fields__, nobody)
        parts |= vars(self) | {"ids": FakeIds(), "oa_door": FakeMessageDoor(), "miniprogram_appid": "wx1"}
        return Ports(**parts | others)

    async def know(self, *things: Learner | Order) -> None:
        """Put learners and orders into the stores."""
        for thing in things:
            await (self.learners.update(thing) if isinstance(thing, Learner) else self.orders.add(thing))
