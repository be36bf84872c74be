"""Events that say something about the person and want no answer."""

from handlers.bot.context import Context
from services.conversations import Answer, forget_person
from services.push_grants import take_grants


async def leave(context: Context) -> Answer:
    """Forget who it was: they left."""
    await forget_person(context.ports, context.incoming.openid)
    return Answer()


async def allow_pushes(context: Context) -> Answer:
    """Count the pushes somebody allowed or took back."""
    await take_grants(context.ports, context.incoming.openid, context.incoming.grants)
    return Answer()


async def stay_silent(_context: Context) -> Answer:
    """Say nothing: pictures, places and menu links ask for nothing."""
    return Answer()
