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
from models.work import Patience

M = TypeVar("M", bound=BaseModel)


V = TypeVar("V", Authorization, Conversation, ExceptionCase)


NOT_YET = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class MemoryDatabase:
    """What all workers share: collections by name, documents by key; and who holds which claim."""

    collections: dict[str, dict[Any, Any]] = field(default_factory=dict)
    claims: dict[tuple[str, str], "Lease"] = field(default_factory=dict)

    def collection(self, name: str) -> dict[Any, Any]:
        """Return a collection; it exists from the first time somebody asks."""
        return self.collections.setdefault(name, {})


@dataclass
class Lease:
    """Who works on something (nobody: ""), until when in real time, and how often that got nowhere."""

    worker: str = ""
    until: datetime = NOT_YET
    since: datetime = NOT_YET
    version: int = -1
    idle: int = 0
    rounds: int = 0
    counted: bool = True


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


@dataclass(frozen=True, order=True)
class DueWork:
    """One thing that is due: since when, its key, and the version of what it is about."""

    since: datetime
    key: str
    version: int = 0


class MemoryClaims:
    """Claims of one kind of work by one worker: twin of store.claims.Claims."""

    def __init__(self, database: MemoryDatabase, kind: str, worker: str, patience: Patience) -> None:
        self._claims = database.claims
        self._kind = kind
        self._worker = worker
        self._patience = patience

    def is_live(self, number: str) -> bool:
        """Whether somebody holds this work now, or it is left alone."""
        lease = self._claims.get((self._kind, number))
        return lease is not None and lease.until > datetime.now(UTC)

    def take(self, due: Iterable[DueWork], *, limit: int, lease: timedelta) -> list[str]:
        """Claim up to `limit` of what is due and free, longest due first."""
        free = [work for work in sorted(due) if not self.is_live(work.key)][:limit]
        for work in free:
            claim = self._claims.setdefault((self._kind, work.key), Lease())
            claim.idle = claim.idle + (not claim.counted) if _is_as_it_was(claim, work) else 0
            is_close = datetime.now(UTC) - claim.until <= self._patience.quiet
            claim.rounds = claim.rounds + 1 if is_close else 1
            claim.worker, claim.since, claim.version, claim.counted = self._worker, work.since, work.version, False
            claim.until = lease_until(max(lease, self._wait(claim)))
        return [work.key for work in free]

    def give_back(self, numbers: Iterable[str], due: Iterable[DueWork], silent: Iterable[str] = ()) -> None:
        """End our own claims on these; what is due as before is left alone for a while, the silent are not counted."""
        left = {work.key: work for work in due}
        for number, claim in self._ours(numbers):
            if number not in left:
                self.end(number)
                continue
            claim.idle = claim.idle + 1 if _is_as_it_was(claim, left[number]) else 0
            claim.worker, claim.counted, claim.until = "", True, lease_until(self._wait(claim))
        for _, claim in self._ours(silent):
            claim.counted = True

    def stuck(self, due: Iterable[DueWork]) -> list[tuple[DueWork, int]]:
        """Return what was tried too often in vain, with how often."""
        tried = [(work, self._claims.get((self._kind, work.key))) for work in due]
        return [(work, max(claim.idle, claim.rounds)) for work, claim in tried if claim and self._is_stuck(claim)]

    def end(self, number: str) -> None:
        """End the claim on this, whoever holds it."""
        self._claims.pop((self._kind, number), None)

    def _ours(self, numbers: Iterable[str]) -> list[tuple[str, Lease]]:
        held = ((number, self._claims.get((self._kind, number))) for number in numbers)
        return [(number, claim) for number, claim in held if claim is not None and claim.worker == self._worker]

    def _wait(self, claim: Lease) -> timedelta:
        return self._patience.wait(self._patience.fruitless(claim.idle, claim.rounds))

    def _is_stuck(self, claim: Lease) -> bool:
        return self._patience.fruitless(claim.idle, claim.rounds) >= self._patience.stuck_after


def _is_as_it_was(claim: Lease, work: DueWork) -> bool:
    return (claim.since, claim.version) == (work.since, work.version)


def following(newest_first: list[M], keys: list[str], after: str) -> list[M]:
    """Return what follows the entity whose key is `after`; an unknown key is followed by nothing."""
    if not after:
        return newest_first
    return newest_first[keys.index(after) + 1 :] if after in keys else []
