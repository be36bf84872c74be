"""Conversations: what each Official Account user is in the middle of, saved by compare-and-set.

Expiry is judged by whoever reads, against domain time; what nobody touched for a week of real time is swept.
"""

from datetime import UTC, datetime, timedelta

from models.messages import Conversation
from store.documents import Shape
from store.failures import names_failures
from store.mongo import Database
from store.versions import write_version

SHAPE = Shape(Conversation, key="id")

KEPT_FOR = timedelta(days=7)


@names_failures
class Conversations:
    """The collection `conversations`."""

    def __init__(self, database: Database) -> None:
        self._conversations = database["conversations"]

    async def get(self, conversation_id: str) -> Conversation | None:
        """Give a conversation, expired or not."""
        return SHAPE.optional(await self._conversations.find_one({"_id": conversation_id}))

    async def save(self, conversation: Conversation) -> None:
        """Insert (version 0) or write by compare-and-set; raises Stale."""
        document = {**SHAPE.document(conversation), "kept_until": datetime.now(UTC) + KEPT_FOR}
        await write_version(self._conversations, document, conversation.version)
        conversation.version += 1
