"""One turn of a conversation: a message is begun once, answered once, and a question is answered once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from pydantic import Field
from structlog import get_logger

from models.base import Value
from models.errors import Declined, NotAuthenticated, OutsideFailure, Stale
from models.learner import Learner
from models.messages import Conversation, InboxState, Incoming, IncomingKind, Reply
from services.ports import Ports

INBOX_KIND = "oa_message"
QUESTION_LIFE = timedelta(minutes=10)
MOST_TEXT_BYTES = 2048
"""The usual limit of a customer-service text; a passive reply is held to the same."""

SPEAKING = frozenset({IncomingKind.TEXT, IncomingKind.MENU_CLICK})
TAKEN_BY = "taken_by"

log = get_logger()


class Question(Value):
    """What we asked and wait to hear: the step that takes the answer, and what it has to remember."""

    step: str
    data: dict[str, str] = Field(default_factory=dict)


class Answer(Value):
    """What a step says, and the question it leaves open."""

    text: str = ""
    ask: Question | None = None


Step = Callable[[Question | None], Awaitable[Answer]]
Tell = Callable[[Reply], Awaitable[None]]


async def turn(ports: Ports, incoming: Incoming, step: Step, tell: Tell) -> bool:
    """Take one message through `step` and hand the reply to `tell`. False for a repeat, which has no effect.

    The message is done only after its reply was told: a process that dies in between is made good by a later turn
    of the same message, and steps are safe to repeat.
    """
    state = await ports.inbox.begin(incoming.key, INBOX_KIND, incoming.model_dump_json(), ports.lease)
    if state in {InboxState.RUNNING, InboxState.DONE}:
        return False
    answer = await step(await _take_question(ports, incoming))
    if answer.ask:
        await _ask(ports, incoming.openid, answer.ask)
    await tell(Reply(text=_clipped(answer.text)))
    await ports.inbox.finish(incoming.key)
    return True


async def send_late(ports: Ports, incoming: Incoming, reply: Reply) -> None:
    """Send as a customer-service message what came too late for the passive reply.

    One try only: its outcome may be unknown, and twice is worse than never.
    """
    if not reply.text:
        return
    try:
        await ports.messenger.send_text(incoming.openid, reply.text)
    except (Declined, OutsideFailure) as error:
        log.warning("late reply not taken", action="oa.late_reply_lost", key=incoming.key, code=error.code)


async def give_up(ports: Ports, incoming: Incoming, apology: Reply) -> None:
    """Apologise for a message that broke something, and be done with it: the sender will try again."""
    if incoming.kind in SPEAKING:
        await send_late(ports, incoming, apology)
    await ports.inbox.finish(incoming.key)


async def unfinished(ports: Ports, limit: int) -> list[Incoming]:
    """Give messages begun by a process that died."""
    waiting = await ports.inbox.unfinished(INBOX_KIND, limit=limit)
    return [Incoming.model_validate_json(payload) for _, payload in waiting]


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
    learner = await ports.learners.by_oa_openid(oa_openid)
    if learner and learner.unionid:
        await ports.learners.link_oa(learner.unionid, None)
    if await ports.conversations.get(oa_openid):
        await _ask(ports, oa_openid, Question(step=""))


async def _take_question(ports: Ports, incoming: Incoming) -> Question | None:
    """Take the open question for this message alone: of two answers at once one gets it, the other finds none.

    Who took it is written down, so that the same message taken up again after a crash gets the same question.
    """
    while incoming.kind in SPEAKING:
        conversation = await ports.conversations.get(incoming.openid)
        if conversation is None or not conversation.step or conversation.expires_at <= await ports.clock.now():
            return None
        data = dict(conversation.data)
        taken_by = data.pop(TAKEN_BY, None)
        question = Question(step=conversation.step, data=data)
        if taken_by:
            return question if taken_by == incoming.key else None
        conversation.data = {**data, TAKEN_BY: incoming.key}
        try:
            await ports.conversations.save(conversation)
        except Stale:
            continue
        return question
    return None


async def _ask(ports: Ports, openid: str, question: Question) -> None:
    """Leave a question open, in place of any other: the last one asked is the one the person sees."""
    expires_at = await ports.clock.now() + QUESTION_LIFE
    while True:
        conversation = await ports.conversations.get(openid) or Conversation(id=openid, expires_at=expires_at)
        conversation.step, conversation.data, conversation.expires_at = question.step, question.data, expires_at
        try:
            await ports.conversations.save(conversation)
        except Stale:
            continue
        return


def _clipped(text: str) -> str:
    return text.encode()[:MOST_TEXT_BYTES].decode(errors="ignore")
