"""What the services keep and find again. `store/` fits by shape and is proved equal to the fakes by one suite."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from models.agenda import Due
from models.api_key import ApiKey
from models.authorization import Authorization
from models.contract import Contract
from models.course import Course
from models.delivery import Delivery, WebhookEndpoint
from models.exceptions import ExceptionCase, ExceptionKind
from models.facts import Fact
from models.inbox import InboxState
from models.institution import Institution
from models.order import Order, OrderState
from models.work import StuckWork


class Orders(Protocol):
    """The order aggregate, saved by compare-and-set."""

    async def add(self, order: Order) -> Order:
        """Insert; when this learner already used the idempotency key, return that order instead.

        Raises Conflict `order_exists`, naming the order, when the same child has a running one of the course.
        """
        ...

    async def get(self, no: str) -> Order | None:
        """Return the order with this number."""
        ...

    async def under_key(self, learner_id: str, idempotency_key: str) -> Order | None:
        """Return the order this learner placed under this idempotency key."""
        ...

    async def get_many(self, nos: Sequence[str]) -> list[Order]:
        """Return the orders with these numbers, in this order; leaves out what is not there or cannot be read."""
        ...

    async def save(self, order: Order, before: Mapping[str, Any]) -> None:
        """Write what changed since `before`, the dump of the order as it was read, and bump its version.

        Raises Stale when somebody saved since. Facts published since stay published.
        """
        ...

    async def of_learner(
        self, learner_id: str, *, states: Sequence[OrderState] = (), after: str = "", limit: int = 20
    ) -> list[Order]:
        """Return a learner's orders, newest first, those after the order number `after`."""
        ...

    async def of_institution(
        self, institution_id: str, *, states: Sequence[OrderState] = (), after: str = "", limit: int = 20
    ) -> list[Order]:
        """Return an institution's orders, newest first, those after the order number `after`."""
        ...

    async def awaiting_authorization(self, learner_id: str, service_id: str) -> list[str]:
        """Return the numbers of orders that wait for this authorization."""
        ...

    async def unsettled_under(self, learner_id: str, service_id: str) -> list[str]:
        """Return the numbers of orders in training or settling under this service."""
        ...

    async def open_of_course(self, course_id: str, limit: int) -> list[str]:
        """Return the numbers of a course's orders that wait for the learner or are in training, oldest first."""
        ...

    async def page(self, *, after: str = "", limit: int = 200) -> list[Order]:
        """Return orders by their number, those after the number `after`: all of them, a page at a time."""
        ...

    async def claim(self, due: Due, now: datetime, *, limit: int, lease: timedelta) -> list[str]:
        """Claim up to `limit` orders with this work due, so that no other worker takes them until the lease ends.

        Leases run on the real clock of the store; `now` is domain time.
        """
        ...

    async def release(self, due: Due, nos: Sequence[str], *, silent: Sequence[str] = ()) -> None:
        """Give claims back before their lease ends, because the work was done.

        What is due as before, and unchanged, is left alone for a while, longer each time (models/work.py). Where the
        outside was silent, the claim lasts until its lease ends and the try counts as none.
        """
        ...

    async def stuck(self, *, limit: int) -> list[StuckWork]:
        """Return work that was tried too often in vain and is still due."""
        ...

    async def published(self, no: str, up_to_seq: int) -> None:
        """Drop the order's facts up to this one; they are stored and on their way."""
        ...

    async def count_parked(self) -> int:
        """Say how many orders wait for a person to look at their money."""
        ...


class Facts(Protocol):
    """What happened, for ever, in chain order."""

    async def add(self, facts: Sequence[Fact]) -> None:
        """Store facts; ones already stored are left as they are."""
        ...

    async def of_order(self, order_no: str) -> list[Fact]:
        """Return an order's stored facts by their place in the chain."""
        ...


class Courses(Protocol):
    """What is on sale."""

    async def get(self, course_id: str) -> Course | None:
        """Return a course."""
        ...

    async def with_institution(self, course_id: str) -> tuple[Course, Institution | None] | None:
        """Return a course and the institution whose it is."""
        ...

    async def put(self, course: Course) -> Course:
        """Publish or change an institution's course; raises NotFound when the id is another institution's."""
        ...

    async def page(self, *, institution_id: str | None = None, after: str = "", limit: int = 20) -> list[Course]:
        """Return open courses by id, those after the id `after`."""
        ...


class Institutions(Protocol):
    """Schools and their keys."""

    async def get(self, institution_id: str) -> Institution | None:
        """Return an institution."""
        ...

    async def put(self, institution: Institution) -> None:
        """Create or change an institution."""
        ...

    async def add_key(self, key: ApiKey) -> None:
        """Keep a key (its hash), or what changed about it."""
        ...

    async def keys_of(self, institution_id: str) -> list[ApiKey]:
        """Return an institution's keys, revoked ones too, oldest first."""
        ...

    async def key(self, key_sha256: str) -> ApiKey | None:
        """Find a key by its hash."""
        ...


class Contracts(Protocol):
    """Every version of every institution's terms, for ever."""

    async def add(self, institution_id: str, contract: Contract) -> None:
        """Keep a version; the same one again changes nothing.

        Raises Conflict `contract_version_reused` when this version was kept with another title or text.
        """
        ...

    async def get(self, institution_id: str, version: str) -> Contract | None:
        """Return a version as it was kept."""
        ...


class Authorizations(Protocol):
    """Standing permissions, saved by compare-and-set."""

    async def get(self, authorization_id: str) -> Authorization | None:
        """Return an authorization by its id."""
        ...

    async def find(self, openid: str, service_id: str, sub_mchid: str | None) -> Authorization | None:
        """Find the authorization a notice speaks of."""
        ...

    async def of_learner(self, learner_id: str) -> list[Authorization]:
        """Return all of a learner's authorizations."""
        ...

    async def page(self, *, after: str = "", limit: int = 200) -> list[Authorization]:
        """Return authorizations by their id, those after the id `after`: all of them, a page at a time."""
        ...

    async def save(self, authorization: Authorization) -> None:
        """Insert (version 0) or write by compare-and-set; raises Stale."""
        ...

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> list[str]:
        """Claim authorizations whose `ask_at` has come."""
        ...

    async def release(self, authorization_ids: Sequence[str], *, silent: Sequence[str] = ()) -> None:
        """Give claims back, as `Orders.release` does."""
        ...

    async def stuck(self, *, limit: int) -> list[StuckWork]:
        """Return permissions that were asked about too often in vain."""
        ...


class Inbox(Protocol):
    """Everything that arrived, known by its own key; begun is not done."""

    async def begin(self, key: str, kind: str, payload: str, lease: timedelta) -> InboxState:
        """Begin an arrival: new, running (somebody has it), unfinished (taken over after its lease) or done."""
        ...

    async def finish(self, key: str) -> None:
        """Mark an arrival done; only then is a repeat merely acknowledged."""
        ...

    async def unfinished(self, kind: str, *, limit: int) -> list[tuple[str, str]]:
        """Return (key, payload) of arrivals begun whose lease ran out before they were done."""
        ...

    async def stuck(self, *, limit: int) -> list[StuckWork]:
        """Return arrivals that were begun too often and never done."""
        ...


class Deliveries(Protocol):
    """Who is to be told what, and how that went."""

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        """Store deliveries; ones already stored are left as they are."""
        ...

    async def get(self, delivery_id: str) -> Delivery | None:
        """Return a delivery."""
        ...

    async def save(self, deliveries: Sequence[Delivery]) -> None:
        """Write the outcome of attempts, and give their claims back."""
        ...

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> list[Delivery]:
        """Claim deliveries due now, per order and receiver only the earliest unfinished one."""
        ...

    async def stuck(self, *, limit: int) -> list[StuckWork]:
        """Return deliveries whose sending never ended, however often it was begun."""
        ...

    async def of_institution(
        self, institution_id: str, *, state: str = "", after: str = "", limit: int = 20
    ) -> list[Delivery]:
        """Return an institution's deliveries, newest first."""
        ...

    async def add_endpoint(self, endpoint: WebhookEndpoint) -> None:
        """Create or change an endpoint."""
        ...

    async def endpoints(self, institution_id: str) -> list[WebhookEndpoint]:
        """Return an institution's endpoints."""
        ...

    async def endpoint(self, endpoint_id: str) -> WebhookEndpoint | None:
        """Return an endpoint."""
        ...


class Exceptions(Protocol):
    """The exceptions queue, saved by compare-and-set."""

    async def get(self, exception_id: str) -> ExceptionCase | None:
        """Return an exception, open or closed."""
        ...

    async def save(self, case: ExceptionCase) -> None:
        """Insert (version 0) or write by compare-and-set; raises Stale."""
        ...

    async def page(
        self,
        *,
        institution_id: str | None = None,
        is_open: bool | None = None,
        kind: ExceptionKind | None = None,
        after: str = "",
        limit: int = 20,
    ) -> list[ExceptionCase]:
        """Return exceptions (of one institution, of one kind) newest first, those after the id `after`.

        All, or with `is_open` open or closed ones only.
        """
        ...

    async def count_open(self) -> dict[ExceptionKind, int]:
        """Say how many of each kind are open; kinds without one are left out."""
        ...
