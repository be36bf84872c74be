"""What the services keep about people. `store/` fits by shape and is proved equal to the fakes by one suite."""

from datetime import datetime
from typing import Protocol

from models.learner import Learner, Session
from models.messages import Conversation


class Learners(Protocol):
    """People."""

    async def logged_in(self, openid: str, unionid: str | None, new_id: str, now: datetime) -> Learner:
        """Find the learner by unionid, else by openid, or make one; fills in what was unknown."""
        ...

    async def get(self, learner_id: str) -> Learner | None:
        """Return a learner."""
        ...

    async def link_oa(self, unionid: str, oa_openid: str | None) -> Learner | None:
        """Remember (or with None forget) a person's Official Account openid; None when the person is unknown."""
        ...

    async def update(self, learner: Learner) -> None:
        """Write the fields a learner may change."""
        ...


class Sessions(Protocol):
    """Log-ins and the one-time codes that made them."""

    async def use_code(self, code_sha256: str) -> bool:
        """Take a log-in code; False when it was taken before."""
        ...

    async def add(self, session: Session) -> None:
        """Keep a session."""
        ...

    async def get(self, token_sha256: str) -> tuple[Session, Learner] | None:
        """Find a session by its token's hash, and whose it is."""
        ...

    async def touch(self, token_sha256: str, idle_after: datetime) -> None:
        """Move the idle limit of a session in use."""
        ...

    async def end(self, token_sha256: str) -> None:
        """Forget a session."""
        ...


class Grants(Protocol):
    """How many subscribe messages a learner has allowed per template."""

    async def add(self, openid: str, template_id: str, count: int) -> None:
        """Count allowances up."""
        ...

    async def spend(self, openid: str, template_id: str) -> None:
        """One message was sent."""
        ...

    async def clear(self, openid: str, template_id: str) -> None:
        """WeChat says there is none left, whatever we counted."""
        ...

    async def left(self, openid: str, template_id: str) -> int:
        """How many sends are believed to be left."""
        ...


class Conversations(Protocol):
    """What each Official Account user is in the middle of."""

    async def recall(self, oa_openid: str) -> tuple[Learner | None, Conversation | None]:
        """Return who writes to us under this openid, and what they are in the middle of, in one round trip."""
        ...

    async def get(self, conversation_id: str) -> Conversation | None:
        """Return a conversation."""
        ...

    async def save(self, conversation: Conversation) -> None:
        """Insert (version 0) or write by compare-and-set; raises Stale."""
        ...
