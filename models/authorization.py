"""A learner's standing permission at one service: opened once, good for every later order, ended at any time."""

from enum import StrEnum

from models.base import Entity, Moment
from models.errors import IllegalMove
from models.merchant import Channel


class AuthorizationState(StrEnum):
    """What WeChat last told us about the permission."""

    APPLIED = "applied"
    ACTIVE = "active"
    CLOSED = "closed"


AUTHORIZATION_MOVES: dict[AuthorizationState, frozenset[AuthorizationState]] = {
    AuthorizationState.APPLIED: frozenset({AuthorizationState.ACTIVE, AuthorizationState.CLOSED}),
    AuthorizationState.ACTIVE: frozenset({AuthorizationState.CLOSED}),
    AuthorizationState.CLOSED: frozenset({AuthorizationState.APPLIED, AuthorizationState.ACTIVE}),
}


class Authorization(Entity):
    """One learner at one service id. `code` is our own number for the application now under way.

    `take_back` is set while WeChat still has to be told that the learner closed it with us.
    """

    id: str
    version: int = 0
    learner_id: str
    openid: str
    channel: Channel
    state: AuthorizationState = AuthorizationState.APPLIED
    code: str
    applied_at: Moment
    changed_at: Moment
    ask_at: Moment | None = None
    asks: int = 0
    take_back: bool = False

    def move(self, to: AuthorizationState, at: Moment) -> bool:
        """Change the state; an older word than the last one is ignored. Says whether anything changed.

        WeChat's notices give times in whole seconds, so that is the precision of "older". The same word again, but
        newer, is remembered: an older one that arrives after it is still the older one.
        """
        if at < self.changed_at.replace(microsecond=0):
            return False
        if to is self.state:
            self.changed_at = max(self.changed_at, at)
            return False
        if to not in AUTHORIZATION_MOVES[self.state]:
            message = f"authorization {self.id}: {self.state} -> {to}"
            raise IllegalMove(message)
        self.state, self.changed_at = to, at
        if to is not AuthorizationState.CLOSED:
            self.take_back = False
        return True

    def hear(self, to: AuthorizationState, at: Moment, *, is_answer: bool) -> bool:
        """Take WeChat's word: a notice tells what happened at `at`, an answer how things stood when it was asked.

        That a permission was closed is no answer while we wait for it to be given again. Says whether it was news.
        """
        still_waiting = is_answer and self.state is AuthorizationState.APPLIED and to is AuthorizationState.CLOSED
        return to is not AuthorizationState.APPLIED and not still_waiting and self.move(to, at)


def authorization_id(learner_id: str, service_id: str, sub_mchid: str | None) -> str:
    """One permission per learner, service and (for partners) school."""
    return ":".join(filter(None, (learner_id, service_id, sub_mchid)))
