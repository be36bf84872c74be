"""What every in-memory twin is made of: one shared database of plain dictionaries, copies in and out, and leases.

Each method of a twin yields to the loop once before it looks at anything, as real I/O would: two tasks that race over
the real store also race over the twin.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel

from models.authorization import Authorization
from models.errors import Stale
from models.exceptions import ExceptionCase
from models.messages import Conversation

M = TypeVar("M", bound=BaseModel)


V = TypeVar("V", Authorization, Conversation, ExceptionCase)


@dataclass
class MemoryDatabase:
    """What all workers share: collections by name, documents by key; and who holds which claim."""

    collections: dict[str, dict[Any, Any]] = field(default_factory=dict)
    claims: dict[tuple[str, str], "Lease"] = field(default_factory=dict)

    def collection(self, name: str) -> dict[Any, Any]:
        """Return a collection; it exists from the first time somebody asks."""
        return self.collections.setdefault(name, {})


@dataclass(frozen=True)
class Lease:
    """Who works on something, until when in real time."""

    worker: str
    until: datetime


def copied(entity: M) -> M:
    """Copy an entity as a database would keep it: nothing shared with the original, instants cut to milliseconds."""
    return type(entity).model_validate(entity.model_dump(mode="python"))


def write_version(collection: dict[str, V], entity: V) -> None:
    """Write by compare-and-set, version 0 inserting; raises Stale."""
    stored = collection.get(entity.id)
    if entity.version != (stored.version if stored else 0):
        message = f"{entity.id} is no longer at version {entity.version}"
        raise Stale(message)
    entity.version += 1
    collection[entity.id] = copied(entity)


def lease_until(lease: timedelta) -> datetime:
    """Say when a lease that begins now ends, in real time."""
    return datetime.now(UTC) + lease


class MemoryClaims:
    """Claims of one kind of work by one worker."""

    def __init__(self, database: MemoryDatabase, kind: str, worker: str) -> None:
        self._claims = database.claims
        self._kind = kind
        self._worker = worker

    def is_live(self, number: str) -> bool:
        """Whether somebody holds this work now."""
        lease = self._claims.get((self._kind, number))
        return lease is not None and lease.until > datetime.now(UTC)

    def take(self, due: Iterable[tuple[datetime, str]], *, limit: int, lease: timedelta) -> list[str]:
        """Claim up to `limit` of what is due and free, longest due first."""
        free = [number for _, number in sorted(due) if not self.is_live(number)][:limit]
        for number in free:
            self._claims[self._kind, number] = Lease(self._worker, lease_until(lease))
        return free

    def give_back(self, numbers: Iterable[str]) -> None:
        """End our own claims on these."""
        for number in numbers:
            held = self._claims.get((self._kind, number))
            if held is not None and held.worker == self._worker:
                del self._claims[self._kind, number]

    def end(self, number: str) -> None:
        """End the claim on this, whoever holds it."""
        self._claims.pop((self._kind, number), None)


def following(newest_first: list[M], keys: list[str], after: str) -> list[M]:
    """Return what follows the entity whose key is `after`; an unknown key is followed by nothing."""
    if not after:
        return newest_first
    return newest_first[keys.index(after) + 1 :] if after in keys else []
