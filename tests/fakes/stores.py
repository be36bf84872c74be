"""All stores behind their ports: in memory, or the real ones; mypy checks here that both fit."""

from dataclasses import dataclass
from uuid import uuid4

from models.work import Patience
from services.ports import people
from services.ports import stores as ports
from services.ports.database import Generations, Unreadables
from store.claims import PATIENCE
from store.stores import Stores
from tests.fakes.memory import MemoryDatabase
from tests.fakes.memory_deliveries import MemoryDeliveries
from tests.fakes.memory_exceptions import MemoryExceptions
from tests.fakes.memory_generations import MemoryGenerations
from tests.fakes.memory_inbox import MemoryInbox
from tests.fakes.memory_orders import MemoryFacts, MemoryOrders
from tests.fakes.memory_people import MemoryConversations, MemoryGrants, MemoryLearners, MemorySessions
from tests.fakes.memory_schools import MemoryAuthorizations, MemoryContracts, MemoryCourses, MemoryInstitutions
from tests.fakes.memory_unreadables import MemoryUnreadables


@dataclass(frozen=True)
class PortStores:
    """The stores as the use cases see them, under the names of services.ports.Ports."""

    orders: ports.Orders
    facts: ports.Facts
    learners: people.Learners
    sessions: people.Sessions
    courses: ports.Courses
    institutions: ports.Institutions
    contracts: ports.Contracts
    authorizations: ports.Authorizations
    inbox: ports.Inbox
    deliveries: ports.Deliveries
    exceptions: ports.Exceptions
    grants: people.Grants
    conversations: people.Conversations
    unreadables: Unreadables
    generations: Generations


def memory_stores(database: MemoryDatabase | None = None, patience: Patience = PATIENCE) -> PortStores:
    """Open in-memory stores; several calls with one database are several workers on the same data."""
    database = database or MemoryDatabase()
    worker = uuid4().hex
    return PortStores(
        orders=MemoryOrders(database, worker, patience),
        facts=MemoryFacts(database),
        learners=MemoryLearners(database),
        sessions=MemorySessions(database),
        courses=MemoryCourses(database),
        institutions=MemoryInstitutions(database),
        contracts=MemoryContracts(database),
        authorizations=MemoryAuthorizations(database, worker, patience),
        inbox=MemoryInbox(database, patience),
        deliveries=MemoryDeliveries(database, worker, patience),
        exceptions=MemoryExceptions(database),
        grants=MemoryGrants(database),
        conversations=MemoryConversations(database),
        unreadables=MemoryUnreadables(database),
        generations=MemoryGenerations(database),
    )


def port_stores(stores: Stores) -> PortStores:
    """Show the real stores through their ports."""
    return PortStores(
        orders=stores.orders,
        facts=stores.facts,
        learners=stores.learners,
        sessions=stores.sessions,
        courses=stores.courses,
        institutions=stores.institutions,
        contracts=stores.contracts,
        authorizations=stores.authorizations,
        inbox=stores.inbox,
        deliveries=stores.deliveries,
        exceptions=stores.exceptions,
        grants=stores.grants,
        conversations=stores.conversations,
        unreadables=stores.unreadables,
        generations=stores.generations,
    )
