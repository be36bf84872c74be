"""What can be asked here, the first greeting, and what we did not understand."""

from handlers.bot.context import Context
from models.errors import OutsideFailure, Refusal
from services.conversations import Answer, link_person


async def show_help(context: Context) -> Answer:
    """Say what can be asked."""
    return Answer(text=context.say("help"))


async def greet(context: Context) -> Answer:
    """Welcome a new follower, and find out who they are if WeChat can tell."""
    try:
        learner = await link_person(context.ports, context.incoming.openid)
    except (Refusal, OutsideFailure):
        return Answer(text=context.say("welcome_stranger"))
    return Answer(text=Context(context.ports, context.incoming, context.text, learner).say("welcome"))


async def not_understood(context: Context) -> Answer:
    """Say so, and what can be asked."""
    return Answer(text=context.say("not_understood"))
