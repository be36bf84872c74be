"""All stores of one database, under the names the use cases know them by."""

from dataclasses import dataclass
from uuid import uuid4

from models.work import Patience
from store.authorizations import Authorizations
from store.claims import PATIENCE
from store.contracts import Contracts
from store.conversations import Conversations
from store.courses import Courses
from store.deliveries import Deliveries
from store.exceptions import Exceptions
from store.facts import Facts
from store.generations import Generations
from store.grants import Grants
from store.inbox import Inbox
from store.institutions import Institutions
from store.learners import Learners
from store.mongo import Database
from store.orders import Orders
from store.sessions import Sessions
from store.shapes import SHAPES
from store.unreadables import Unreadables


@dataclass(frozen=True)
class Stores:
    """The stores; each field carries the name of its port."""

    orders: Orders
    facts: Facts
    learners: Learners
    sessions: Sessions
    courses: Courses
    institutions: Institutions
    contracts: Contracts
    authorizations: Authorizations
    inbox: Inbox
    deliveries: Deliveries
    exceptions: Exceptions
    grants: Grants
    conversations: Conversations
    unreadables: Unreadables
    generations: Generations


def open_stores(database: Database, patience: Patience = PATIENCE) -> Stores:
    """Open the stores of a database. Every call is a worker of its own: it gives back only claims it took itself."""
    worker = uuid4().hex
    return Stores(
        orders=Orders(database, worker, patience),
        facts=Facts(database),
        learners=Learners(database),
        sessions=Sessions(database),
        courses=Courses(database),
        institutions=Institutions(database),
        contracts=Contracts(database),
        authorizations=Authorizations(database, worker, patience),
        inbox=Inbox(database, patience),
        deliveries=Deliveries(database, worker, patience),
        exceptions=Exceptions(database),
        grants=Grants(database),
        conversations=Conversations(database),
        unreadables=Unreadables(database, SHAPES),
        generations=Generations(database, worker),
    )
