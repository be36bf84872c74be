"""Sessions, by the hash of their token, and the one-time log-in codes that made them.

Expiry is judged by whoever reads, against domain time. The sweeps run on real time: a session is kept as long as it
may live, a code for a day, though WeChat lets it live five minutes.
"""

from datetime import UTC, datetime, timedelta

from pymongo.errors import DuplicateKeyError

from models.learner import Learner, Session
from store.documents import Shape
from store.failures import names_failures
from store.learners import SHAPE as LEARNER
from store.mongo import Database, Document
from store.reading import Reader

SHAPE = Shape(Session, key="hash")

WITH_LEARNERS: Document = {
    "$lookup": {"from": "learners", "localField": "learner_id", "foreignField": "_id", "as": "learners"}
}

CODE_KEPT_FOR = timedelta(days=1)


@names_failures
class Sessions:
    """The collections `sessions` and `login_codes`."""

    def __init__(self, database: Database) -> None:
        self._sessions = database["sessions"]
        self._codes = database["login_codes"]
        self._read = Reader(self._sessions, SHAPE)
        self._read_learner = Reader(database["learners"], LEARNER)

    async def use_code(self, code_sha256: str) -> bool:
        """Take a log-in code; False when it was taken before."""
        try:
            kept_until = datetime.now(UTC) + CODE_KEPT_FOR
            await self._codes.insert_one({"_id": code_sha256, "kept_until": kept_until, "schema": 1})
        except DuplicateKeyError:
            return False
        return True

    async def add(self, session: Session) -> None:
        """Keep a session."""
        kept_until = datetime.now(UTC) + (session.expires_at - session.created_at)
        await self._sessions.insert_one({**SHAPE.document(session), "kept_until": kept_until})

    async def get(self, token_sha256: str) -> tuple[Session, Learner] | None:
        """Find a session by its token's hash, and whose it is, in one round trip."""
        cursor = self._sessions.aggregate([{"$match": {"_id": token_sha256}}, WITH_LEARNERS])
        for found in await cursor.to_list(1):
            session = await self._read.one(found)
            learners = await self._read_learner.all(found["learners"])
            if session and learners:
                return session, learners[0]
        return None

    async def touch(self, token_sha256: str, idle_after: datetime) -> None:
        """Move the idle limit of a session in use, never backwards."""
        await self._sessions.update_one({"_id": token_sha256}, {"$max": {"idle_after": idle_after}})

    async def end(self, token_sha256: str) -> None:
        """Forget a session."""
        await self._sessions.delete_one({"_id": token_sha256})
