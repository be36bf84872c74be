"""Answering so that nothing escapes: whatever breaks is logged, apologised for, and done with."""

from functools import partial

from structlog import get_logger

from handlers.bot import dispatcher
from handlers.bot.words import looks_english
from models.messages import Incoming, Reply
from models.texts import say
from services.conversations import Tell, give_up, send_late, unfinished
from services.ports import Ports
from services.push_grants import take_up_unfinished_pushes

log = get_logger()


async def answer_safely(ports: Ports, incoming: Incoming, tell: Tell) -> None:
    """Answer one message and tell exactly once: the reply, or nothing for a repeat or a failure.

    A failure is followed by an apology as a message of its own. `tell` must not raise.
    """
    once = _Once(tell)
    try:
        await dispatcher.answer(ports, incoming, once)
    except Exception:
        log.exception("message failed", action="oa.failed", key=incoming.key)
        if not once.told:
            await once(Reply())
            await give_up(ports, incoming, _apology(incoming))
    if not once.told:
        await once(Reply())


async def take_up_unfinished(ports: Ports, limit: int) -> int:
    """Answer, late, messages begun by a process that died, and count its push grants; says how many there were."""
    waiting = await unfinished(ports, limit)
    for incoming in waiting:
        await answer_safely(ports, incoming, partial(send_late, ports, incoming))
    return len(waiting) + await take_up_unfinished_pushes(ports, limit)


class _Once:
    """Hands a reply on and remembers that it did."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.told = False

    async def __call__(self, reply: Reply) -> None:
        self.told = True
        await self._tell(reply)


def _apology(incoming: Incoming) -> Reply:
    return Reply(text=say("bot.sorry", "en" if looks_english(incoming.text) else "zh_CN"))
