"""A learner's standing permission at one service: opened once, good for every later order, ended at any time."""

from datetime import datetime
from enum import StrEnum

from models.base import Moment, Value
from models.errors import Conflict, IllegalMove
from models.merchant import Channel, Origin, require_own
from models.waiting import Asked, Doubt


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


class AuthorizedSchool(Value):
    """One institution the permission was asked for, and since when the learner turned billing off there, if so."""

    institution_id: str
    off_since: Moment | None = None


class Authorization(Asked):
    """One learner at one service id. `code` is our own number for the application now under way.

    Institutions of one merchant share it, and the learner may turn billing off at one of them: that one is fenced
    here. `take_back` is set while WeChat still has to be told, which waits until no other institution needs it.
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
    take_back: bool = False
    schools: list[AuthorizedSchool] = []

    @property
    def is_stored(self) -> bool:
        """Whether it is more than an application just thought of."""
        return self.version > 0

    @property
    def is_active(self) -> bool:
        """Whether orders may be opened under it."""
        return self.state is AuthorizationState.ACTIVE

    @property
    def is_to_close(self) -> bool:
        """Whether it is to be taken back and counts as given until nobody needs it."""
        return self.take_back and self.state is not AuthorizationState.CLOSED

    def off_since(self, institution_id: str) -> datetime | None:
        """Return since when billing is off at this institution; None when it is not."""
        return next((x.off_since for x in self.schools if x.institution_id == institution_id), None)

    def require_on(self, institution_id: str) -> None:
        """Raise Conflict `billing_off` where the learner turned billing off and has not turned it on again."""
        if self.off_since(institution_id) is not None:
            raise Conflict("billing_off", institution_id=institution_id)

    def state_at(self, institution_id: str) -> AuthorizationState:
        """Return the state as this institution finds it: closed where the learner turned billing off."""
        return AuthorizationState.CLOSED if self.off_since(institution_id) else self.state

    @property
    def schools_off(self) -> frozenset[str]:
        """The institutions at which the learner turned billing off."""
        return frozenset(x.institution_id for x in self.schools if x.off_since)

    def note_school(self, institution_id: str, off_since: datetime | None = None) -> None:
        """Write down how billing stands at this institution."""
        others = [x for x in self.schools if x.institution_id != institution_id]
        noted = AuthorizedSchool(institution_id=institution_id, off_since=off_since)
        self.schools = sorted([*others, noted], key=lambda x: x.institution_id)

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
        if self.state is AuthorizationState.CLOSED:
            self.take_back = False  # given again
        self.state, self.changed_at = to, at
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


def apply_for(learner_id: str, openid: str, channel: Channel, code: str, at: datetime) -> Authorization:
    """Begin an application for a permission this learner never gave."""
    authorization = Authorization(
        id=authorization_id(learner_id, channel.service_id or "", channel.sub_mchid),
        learner_id=learner_id,
        openid=openid,
        channel=channel,
        code=code,
        applied_at=at,
        changed_at=at,
    )
    authorization.ask_from_now(at, Doubt.LEARNER)
    return authorization


def apply_again(authorization: Authorization, at: datetime, code: str) -> None:
    """Begin another application for a permission that was closed."""
    authorization.move(AuthorizationState.APPLIED, max(at, authorization.changed_at))
    authorization.code, authorization.applied_at, authorization.take_back = code, at, False
    authorization.ask_from_now(at, Doubt.LEARNER)


def turn_on_at(authorization: Authorization, _at: datetime, institution_id: str) -> None:
    """The learner allows billing at this institution, maybe again: the permission is wanted."""
    authorization.note_school(institution_id)
    authorization.take_back = False


def turn_off_at(authorization: Authorization, at: datetime, institution_id: str, *, is_theirs: bool) -> None:
    """The learner turns billing off at this institution: nothing begins there under it from now on.

    WeChat is to be told too, once no other institution needs the permission, unless this one never used it.
    """
    if authorization.off_since(institution_id) is not None:
        return
    authorization.note_school(institution_id, at)
    if is_theirs and authorization.state is not AuthorizationState.CLOSED:
        authorization.take_back = True
        authorization.ask_at_once(at)


def close_unneeded(authorization: Authorization, at: datetime) -> None:
    """No institution needs it any more: it counts as closed now, and WeChat is told as soon as it may be."""
    if authorization.is_to_close:
        authorization.move(AuthorizationState.CLOSED, max(at, authorization.changed_at))
        authorization.ask_at_once(at)


def taken_back(authorization: Authorization, _at: datetime) -> None:
    """WeChat knows that it is closed."""
    if authorization.take_back:
        authorization.take_back = False
        authorization.stop_asking()


def apply_authorization_reading(
    authorization: Authorization,
    at: datetime,
    origin: Origin,
    state: AuthorizationState,
    heard_at: datetime,
    *,
    is_answer: bool,
) -> bool:
    """Take WeChat's word on a permission and plan the next question. Says whether it was news.

    Raises ForeignWord for a word that is not from the permission's own channel.
    """
    require_own(authorization.channel, origin, authorization.code)
    news = authorization.hear(state, heard_at, is_answer=is_answer)
    match authorization.state:
        case AuthorizationState.ACTIVE:
            authorization.keep_asking(at, Doubt.AUTHORIZATION)
        case AuthorizationState.APPLIED:
            authorization.keep_asking(at, Doubt.LEARNER)
        case AuthorizationState.CLOSED if not authorization.take_back:
            authorization.stop_asking()
        case AuthorizationState.CLOSED:
            pass
    return news
