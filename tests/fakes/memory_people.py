"""Learners, their sessions, allowances and conversations in memory."""

from asyncio import sleep
from datetime import datetime

from models.errors import Stale
from models.learner import Learner, Session
from models.messages import Conversation
from tests.fakes.memory import MemoryDatabase, copied, write_version


class MemoryLearners:
    """Twin of store.learners.Learners."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._learners: dict[str, Learner] = database.collection("learners")

    async def logged_in(self, openid: str, unionid: str | None, new_id: str, now: datetime) -> Learner:
        await sleep(0)
        learner = self._of_unionid(unionid) or self._of_openid(openid)
        if learner is None:
            learner = Learner(id=new_id, openid=openid, unionid=unionid, created_at=now)
            self._learners[new_id] = learner
        learner.unionid = learner.unionid or unionid
        return copied(learner)

    async def get(self, learner_id: str) -> Learner | None:
        await sleep(0)
        return copied(self._learners[learner_id]) if learner_id in self._learners else None

    async def link_oa(self, unionid: str, oa_openid: str | None) -> Learner | None:
        await sleep(0)
        linked = self._of_unionid(unionid)
        if linked is None:
            return None
        for learner in self._learners.values():
            if oa_openid and learner.oa_openid == oa_openid:
                learner.oa_openid = None
        linked.oa_openid = oa_openid
        return copied(linked)

    async def update(self, learner: Learner) -> None:
        await sleep(0)
        stored = self._learners.get(learner.id)
        if stored is None:
            message = f"learner {learner.id} does not exist"
            raise Stale(message)
        stored.nickname, stored.phone, stored.language = learner.nickname, learner.phone, learner.language

    def _of_unionid(self, unionid: str | None) -> Learner | None:
        return next((x for x in self._learners.values() if unionid and x.unionid == unionid), None)

    def _of_openid(self, openid: str) -> Learner | None:
        return next((x for x in self._learners.values() if x.openid == openid), None)


class MemorySessions:
    """Twin of store.sessions.Sessions."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._sessions: dict[str, Session] = database.collection("sessions")
        self._codes: dict[str, bool] = database.collection("login_codes")
        self._learners: dict[str, Learner] = database.collection("learners")

    async def use_code(self, code_sha256: str) -> bool:
        await sleep(0)
        is_new = code_sha256 not in self._codes
        self._codes[code_sha256] = True
        return is_new

    async def add(self, session: Session) -> None:
        await sleep(0)
        self._sessions[session.hash] = copied(session)

    async def get(self, token_sha256: str) -> tuple[Session, Learner] | None:
        await sleep(0)
        session = self._sessions.get(token_sha256)
        learner = self._learners.get(session.learner_id) if session else None
        return (session, copied(learner)) if session and learner else None

    async def touch(self, token_sha256: str, idle_after: datetime) -> None:
        await sleep(0)
        session = self._sessions.get(token_sha256)
        if session is not None and idle_after > session.idle_after:
            self._sessions[token_sha256] = copied(session.model_copy(update={"idle_after": idle_after}))

    async def end(self, token_sha256: str) -> None:
        await sleep(0)
        self._sessions.pop(token_sha256, None)


class MemoryGrants:
    """Twin of store.grants.Grants."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._left: dict[tuple[str, str], int] = database.collection("grants")

    async def add(self, openid: str, template_id: str, count: int) -> None:
        await sleep(0)
        self._left[openid, template_id] = self._left.get((openid, template_id), 0) + count

    async def spend(self, openid: str, template_id: str) -> None:
        await sleep(0)
        if self._left.get((openid, template_id), 0) > 0:
            self._left[openid, template_id] -= 1

    async def clear(self, openid: str, template_id: str) -> None:
        await sleep(0)
        self._left.pop((openid, template_id), None)

    async def left(self, openid: str, template_id: str) -> int:
        await sleep(0)
        return self._left.get((openid, template_id), 0)


class MemoryConversations:
    """Twin of store.conversations.Conversations."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._conversations: dict[str, Conversation] = database.collection("conversations")
        self._learners: dict[str, Learner] = database.collection("learners")

    async def recall(self, oa_openid: str) -> tuple[Learner | None, Conversation | None]:
        await sleep(0)
        who = next((copied(x) for x in self._learners.values() if x.oa_openid == oa_openid), None)
        said = self._conversations.get(oa_openid)
        return who, copied(said) if said else None

    async def get(self, conversation_id: str) -> Conversation | None:
        await sleep(0)
        stored = self._conversations.get(conversation_id)
        return copied(stored) if stored else None

    async def save(self, conversation: Conversation) -> None:
        await sleep(0)
        write_version(self._conversations, conversation)
