"""One turn of a conversation: a message is begun once, answered once, and a question is answered once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import Field

from models.base import Value
from models.errors import NotAuthenticated, Stale, Unreadable
from models.inbox import InboxState
from models.learner import Learner
from models.messages import Conversation, Incoming, IncomingKind, Reply
from services.handover import Handover
from services.ports import Ports
from services.unreadable import stored_arrival

INBOX_KIND = "oa_message"
QUESTION_LIFE = timedelta(minutes=10)
MOST_TEXT_BYTES = 2048
"""The usual limit of a customer-service text; a passive reply is held to the same."""

SPEAKING = frozenset({IncomingKind.TEXT, IncomingKind.MENU_CLICK})
TAKEN_BY = "taken_by"


class Question(Value):
    """What we asked and wait to hear: the step that takes the answer, and what it has to remember."""

    step: str
    data: dict[str, str] = Field(default_factory=dict)


class Answer(Value):
    """What a step says, and the question it leaves open."""

    text: str = ""
    ask: Question | None = None


@dataclass
class Turn:
    """One message while it is answered: who sent it if we know, and the question it may answer.

    Whoever answers sets `answer`. A repeat is somebody else's, or done: there is nothing to do.
    """

    incoming: Incoming
    is_repeat: bool = False
    learner: Learner | None = None
    question: Question | None = None
    answer: Answer = field(default_factory=Answer)


@asynccontextmanager
async def turn(ports: Ports, incoming: Incoming, handover: Handover) -> AsyncIterator[Turn]:
    """Begin a message, lend its open question, and on the way out keep the next question and hand the answer over.

    The message is done only after its reply was told: a process that dies in between is made good by a later turn
    of the same message, and answering is safe to repeat. What goes wrong is for `give_up`.
    """
    state = await ports.inbox.begin(incoming.key, INBOX_KIND, incoming.model_dump_json(), ports.settings.lease)
    if state in {InboxState.RUNNING, InboxState.DONE}:
        yield Turn(incoming, is_repeat=True)
        await handover.tell(Reply())
        return
    learner, conversation = await ports.conversations.recall(incoming.openid)
    question, conversation = await _take_question(ports, incoming, conversation)
    this_turn = Turn(incoming, learner=learner, question=question)
    yield this_turn
    if this_turn.answer.ask:
        await _ask(ports, incoming.openid, this_turn.answer.ask, conversation)
    await handover.tell(Reply(text=_clipped(this_turn.answer.text)))
    await ports.inbox.finish(incoming.key)


async def give_up(ports: Ports, incoming: Incoming, handover: Handover, apology: Reply) -> None:
    """Apologise for a message that broke something, and be done with it: the sender will try again.

    Where the reply was told already there is nothing to apologise for; the message is taken up again.
    """
    if handover.is_told:
        return
    await handover.tell(Reply())
    if incoming.kind in SPEAKING:
        await handover.send(apology)
    await ports.inbox.finish(incoming.key)


async def unfinished(ports: Ports, limit: int) -> list[Incoming]:
    """Return messages begun by a process that died, but for those this version cannot read."""
    waiting = await ports.inbox.unfinished(INBOX_KIND, limit=limit)
    found: list[Incoming] = []
    for key, stored in waiting:
        with suppress(Unreadable):
            found.append(await stored_arrival(ports, Incoming, INBOX_KIND, key, stored))
    return found


async def link_person(ports: Ports, oa_openid: str) -> Learner:
    """Find out who writes to us by WeChat's unionid, and remember it.

    Raises NotAuthenticated `oa_not_linked` for somebody who never opened our Mini Program.
    """
    unionid = await ports.messenger.unionid_of(oa_openid)
    learner = await ports.learners.link_oa(unionid, oa_openid) if unionid else None
    if learner is None:
        raise NotAuthenticated("oa_not_linked")
    return learner


async def forget_person(ports: Ports, oa_openid: str) -> None:
    """Remove what ties somebody to the Official Account, because they left it (WeChat demands it)."""
    learner, conversation = await ports.conversations.recall(oa_openid)
    if learner and learner.unionid:
        await ports.learners.link_oa(learner.unionid, None)
    if conversation:
        await _ask(ports, oa_openid, Question(step=""), conversation)


async def _take_question(
    ports: Ports, incoming: Incoming, conversation: Conversation | None
) -> tuple[Question | None, Conversation | None]:
    """Take the open question for this message alone: of two answers at once one gets it, the other finds none.

    Who took it is written down, so that the same message taken up again after a crash gets the same question. The
    conversation comes back as it was read last.
    """
    while conversation and incoming.kind in SPEAKING:
        if not conversation.step or conversation.expires_at <= await ports.clock.now():
            break
        data = dict(conversation.data)
        taken_by = data.pop(TAKEN_BY, None)
        question = Question(step=conversation.step, data=data)
        if taken_by:
            return (question if taken_by == incoming.key else None), conversation
        conversation.data = {**data, TAKEN_BY: incoming.key}
        try:
            await ports.conversations.save(conversation)
        except Stale:
            conversation = await ports.conversations.get(incoming.openid)
            continue
        return question, conversation
    return None, conversation


async def _ask(ports: Ports, openid: str, question: Question, conversation: Conversation | None) -> None:
    """Leave a question open, in place of any other: the last one asked is the one the person sees."""
    expires_at = await ports.clock.now() + QUESTION_LIFE
    while True:
        conversation = conversation or Conversation(id=openid, expires_at=expires_at)
        conversation.step, conversation.data, conversation.expires_at = question.step, question.data, expires_at
        try:
            await ports.conversations.save(conversation)
        except Stale:
            conversation = await ports.conversations.get(openid)
            continue
        return


def _clipped(text: str) -> str:
    return text.encode()[:MOST_TEXT_BYTES].decode(errors="ignore")
