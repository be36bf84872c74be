"""Counting tries on claimed work inside the database, so that it is counted whoever tried, and though they died.

Beside who holds it, `claims.<kind>` keeps what the last try found (`since` when it was due, at which `version`), how
many tries in a row found the same again (`idle`), how many followed each other without a pause (`rounds`), and whether
the last one was counted when it ended (`counted`); a try that never ended is counted when the next begins. A fruitless
try is followed by a wait, which is a claim nobody holds. Kinds tried too often in vain stand in `stuck`.
"""

from datetime import timedelta

from models.work import Patience
from store.mongo import Document

STUCK = "stuck"


class Tries:
    """The updates that begin and end a try of one kind of work; each sees the document as it is then."""

    def __init__(self, kind: str, patience: Patience) -> None:
        self._kind = kind
        self._patience = patience
        self._due = f"agenda.{kind}"
        self._claim = f"claims.{kind}"

    def begin(self, claim_id: str, worker: str, lease: timedelta) -> list[Document]:
        """Begin a try: it holds the work for the lease, or longer when earlier tries were fruitless."""
        idle = {"$add": [self._last("idle", 0), {"$cond": [self._last("counted", default=True), 0, 1]}]}
        pause_ms = {"$subtract": ["$$NOW", self._last("until", "$$NOW")]}
        rounds = {"$cond": [{"$lte": [pause_ms, _ms(self._patience.quiet)]}, self._last("rounds", 0), 0]}
        claim = {
            "id": claim_id,
            "worker": worker,
            "since": f"${self._due}",
            "version": "$version",
            "idle": {"$cond": [self._is_as_it_was(), idle, 0]},
            "rounds": {"$add": [rounds, 1]},
            "counted": {"$literal": False},
        }
        return [
            {"$set": {self._claim: claim}},
            self._hold({"$max": [_ms(lease), self._wait_ms()]}),
            *self._mark(self._is_stuck()),
        ]

    def end(self) -> list[Document]:
        """End a try: count it, and leave alone for a while what is due as before; forget about what no longer is."""
        idle = {"$cond": [self._is_as_it_was(), {"$add": [self._last("idle", 0), 1]}, 0]}
        ended = {"idle": idle, "counted": {"$literal": True}, "id": "$$REMOVE", "worker": "$$REMOVE"}
        is_due = {"$ne": [{"$type": f"${self._due}"}, "missing"]}
        return [
            {"$set": {self._claim: ended}},
            self._hold(self._wait_ms()),
            *self._mark({"$and": [is_due, self._is_stuck()]}),
            {"$set": {self._claim: {"$cond": [is_due, f"${self._claim}", "$$REMOVE"]}}},
        ]

    def excuse(self) -> Document:
        """Count a try as none; it holds the work until its lease ends."""
        return {"$set": {f"{self._claim}.counted": True}}

    def _last(self, name: str, default: object) -> Document:
        return {"$ifNull": [f"${self._claim}.{name}", default]}

    def _is_as_it_was(self) -> Document:
        """Whether the work is due since the same moment as in the last try, and nothing about it changed."""
        same_due = {"$eq": [f"${self._claim}.since", f"${self._due}"]}
        return {"$and": [same_due, {"$eq": [f"${self._claim}.version", "$version"]}]}

    def _fruitless(self) -> Document:
        rounds = {"$subtract": [f"${self._claim}.rounds", self._patience.busy_after]}
        return {"$max": [f"${self._claim}.idle", rounds, 0]}

    def _is_stuck(self) -> Document:
        return {"$gte": [self._fruitless(), self._patience.stuck_after]}

    def _wait_ms(self) -> Document:
        """Patience.wait, spread by a quarter either way so that what failed together does not return together."""
        longest, first = _ms(self._patience.longest_wait), _ms(self._patience.first_wait)
        doubled = {"$multiply": [first, {"$pow": [2, {"$min": [{"$subtract": [self._fruitless(), 1]}, 30]}]}]}
        spread = {"$multiply": [{"$min": [longest, doubled]}, {"$add": [0.75, {"$multiply": [0.5, {"$rand": {}}]}]}]}
        return {"$cond": [{"$gt": [self._fruitless(), 0]}, {"$toLong": spread}, 0]}

    def _hold(self, span_ms: Document) -> Document:
        return {"$set": {f"{self._claim}.until": {"$add": ["$$NOW", span_ms]}}}

    def _mark(self, is_stuck: Document) -> list[Document]:
        """Keep the list of kinds that are stuck; most documents have none."""
        others = {"$setDifference": [{"$ifNull": [f"${STUCK}", []]}, [self._kind]]}
        kinds = {"$cond": [is_stuck, {"$setUnion": [others, [self._kind]]}, others]}
        return [
            {"$set": {STUCK: kinds}},
            {"$set": {STUCK: {"$cond": [{"$eq": [f"${STUCK}", []]}, "$$REMOVE", f"${STUCK}"]}}},
        ]


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
