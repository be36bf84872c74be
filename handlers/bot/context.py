"""What one step of a conversation may see, and the shape of a step."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from handlers.bot.words import looks_english
from models.errors import NotAuthenticated
from models.learner import Learner
from models.messages import Incoming
from models.texts import say
from services.conversations import Answer, Question
from services.ports import Ports


@dataclass(frozen=True)
class Context:
    """One message, who sent it if we know, the question it may answer, and what the command caught of it."""

    ports: Ports
    incoming: Incoming
    text: str
    known: Learner | None = None
    question: Question | None = None
    caught: str = ""

    @property
    def learner(self) -> Learner:
        """The person; only steps that ask for one may use it."""
        if self.known is None:
            raise NotAuthenticated("oa_not_linked")
        return self.known

    @property
    def language(self) -> str:
        """The learner's language; a stranger's is guessed from what they wrote."""
        if self.known:
            return self.known.language
        return "en" if looks_english(self.incoming.text) else "zh_CN"

    def say(self, key: str, **values: object) -> str:
        """Return the bot's sentence in the person's language."""
        return say(f"bot.{key}", self.language, **values)


Flow = Callable[[Context], Awaitable[Answer]]


@dataclass(frozen=True)
class Intent:
    """One thing people can want of the bot; `needs_learner` when it is about their own orders."""

    flow: Flow
    needs_learner: bool = False
