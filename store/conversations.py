"""Conversations: what each Official Account user is in the middle of, saved by compare-and-set.

Expiry is judged by whoever reads, against domain time; what nobody touched for a week of real time is swept.
"""

from datetime import UTC, datetime, timedelta

from models.learner import Learner
from models.messages import Conversation
from store.documents import Shape
from store.failures import names_failures
from store.learners import SHAPE as LEARNER
from store.mongo import Database, Document
from store.reading import Reader
from store.versions import write_version

SHAPE = Shape(Conversation, key="id")

KEPT_FOR = timedelta(days=7)


@names_failures
class Conversations:
    """The collection `conversations`; whose conversation it is stands in `learners`."""

    def __init__(self, database: Database) -> None:
        self._conversations = database["conversations"]
        self._read = Reader(self._conversations, SHAPE)
        self._read_learner = Reader(database["learners"], LEARNER)

    async def recall(self, oa_openid: str) -> tuple[Learner | None, Conversation | None]:
        """Return who writes under this openid and their conversation, expired or not, in one round trip."""
        cursor = self._conversations.aggregate(_recall(oa_openid))
        found = {name: part async for row in cursor for name, part in row.items()}
        learner, conversation = found.get("learner"), found.get("conversation")
        return await self._read_learner.one(learner), await self._read.one(conversation)

    async def get(self, conversation_id: str) -> Conversation | None:
        """Return a conversation, expired or not."""
        return await self._read.one(await self._conversations.find_one({"_id": conversation_id}))

    async def save(self, conversation: Conversation) -> None:
        """Insert (version 0) or write by compare-and-set; raises Stale."""
        kept = {"kept_until": datetime.now(UTC) + KEPT_FOR}
        await write_version(self._conversations, SHAPE, conversation, conversation.version, also=kept)
        conversation.version += 1


def _recall(oa_openid: str) -> list[Document]:
    """Find two documents of two collections, each named in a row of its own."""
    who = [{"$match": {"oa_openid": oa_openid}}, {"$project": {"_id": 0, "learner": "$$ROOT"}}]
    return [
        {"$match": {"_id": oa_openid}},
        {"$project": {"_id": 0, "conversation": "$$ROOT"}},
        {"$unionWith": {"coll": "learners", "pipeline": who}},
    ]
