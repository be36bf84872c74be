"""Answering so that nothing escapes: whatever breaks is logged, apologised for, and done with."""

from structlog import get_logger

from handlers.bot.dispatcher import respond
from handlers.bot.words import looks_english
from models.messages import Incoming, Reply
from models.texts import say
from services.conversations import give_up, turn, unfinished
from services.handover import Handover
from services.ports import Ports

log = get_logger()


async def answer_safely(ports: Ports, incoming: Incoming, handover: Handover) -> None:
    """Answer one message and hand over exactly one reply: the answer, or nothing for a repeat or a failure.

    A failure is followed by an apology as a message of its own.
    """
    try:
        async with turn(ports, incoming, handover) as this_turn:
            if not this_turn.is_repeat:
                this_turn.answer = await respond(ports, this_turn)
    except Exception:
        log.exception("message failed", action="oa.failed", key=incoming.key)
        await give_up(ports, incoming, handover, _apology(incoming))


async def take_up_unfinished(ports: Ports, limit: int) -> int:
    """Answer, late, messages begun by a process that died; says how many there were."""
    waiting = await unfinished(ports, limit)
    for incoming in waiting:
        await answer_safely(ports, incoming, Handover(ports, incoming, is_open=False))
    return len(waiting)


def _apology(incoming: Incoming) -> Reply:
    return Reply(text=say("bot.sorry", "en" if looks_english(incoming.text) else "zh_CN"))
