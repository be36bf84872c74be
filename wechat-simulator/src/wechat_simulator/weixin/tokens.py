"""Access tokens of one app, as /cgi-bin/token and /cgi-bin/stable_token hand them out.

Sources: …/access-token/auth.getStableAccessToken.html (overlap, forced refresh) and
/doc/service/en/Basic_Information/Get_access_token.html (five minutes of overlap). The two kinds
do not touch each other. Times are aware datetimes given by the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal, TypeAlias

from wechat_simulator.moments import BEIJING
from wechat_simulator.parts import Part

Kind: TypeAlias = Literal["plain", "stable"]
Verdict: TypeAlias = Literal["good", "superseded", "expired", "unknown"]

LIFE = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)
FORCE_GAP = timedelta(seconds=30)
FORCES_PER_DAY = 20


class ForcedTooOftenError(Exception):
    """More than twenty forced refreshes of the stable token in one Beijing day."""


@dataclass
class Token:
    """One token ever issued; `usable_until` moves forward once a newer one took its place."""

    value: str
    kind: Kind
    expires_at: datetime
    usable_until: datetime

    def remaining_s(self, now: datetime) -> int:
        """`expires_in` as the answer gives it."""
        return int((self.expires_at - now).total_seconds())


@dataclass
class TokenBook:
    """All tokens of one app. `forced` holds the times of the forced refreshes that took effect."""

    tokens: dict[str, Token] = field(default_factory=dict)
    current: dict[Kind, str] = field(default_factory=dict)
    forced: list[datetime] = field(default_factory=list)

    def plain(self, now: datetime, make: Callable[[], str]) -> Token:
        """Return a new token each time; the one before lives five more minutes at most."""
        return self._replace("plain", now, make, OVERLAP)

    def stable(self, now: datetime, make: Callable[[], str], *, force: bool = False) -> Token:
        """Return the same token until its last five minutes; forced: a new one, the old dies."""
        known = self._current("stable")
        if force and not self._too_soon(now):
            self._count_forced(now)
            return self._replace("stable", now, make, timedelta(0))
        if known is None or known.usable_until <= now or known.expires_at - now < OVERLAP:
            return self._replace("stable", now, make, OVERLAP)
        return known

    def judge(self, value: str, now: datetime) -> Verdict:
        """Say whether a call may be made with this token, and if not, why not."""
        token = self.tokens.get(value)
        if token is None:
            return "unknown"
        if now < token.usable_until:
            return "good"
        return "expired" if token.usable_until >= token.expires_at else "superseded"

    def _current(self, kind: Kind) -> Token | None:
        return self.tokens.get(self.current.get(kind, ""))

    def _replace(
        self, kind: Kind, now: datetime, make: Callable[[], str], overlap: timedelta
    ) -> Token:
        old = self._current(kind)
        if old is not None:
            old.usable_until = min(old.usable_until, now + overlap)
        token = Token(make(), kind, now + LIFE, now + LIFE)
        self.tokens[token.value] = token
        self.current[kind] = token.value
        return token

    def _too_soon(self, now: datetime) -> bool:
        return bool(self.forced) and now - self.forced[-1] < FORCE_GAP

    def _count_forced(self, now: datetime) -> None:
        today = [at for at in self.forced if _beijing_day(at) == _beijing_day(now)]
        if len(today) >= FORCES_PER_DAY:
            raise ForcedTooOftenError
        self.forced = [*today, now]


def _beijing_day(at: datetime) -> str:
    return at.astimezone(BEIJING).date().isoformat()


@dataclass
class Tokens(Part):
    """The token books of a world by appid."""

    name: ClassVar[str] = "weixin_tokens"
    books: dict[str, TokenBook] = field(default_factory=dict)

    def book(self, appid: str) -> TokenBook:
        """Return the book of an app, an empty one if there is none."""
        return self.books.setdefault(appid, TokenBook())

    def owner(self, value: str) -> str | None:
        """Return the appid a token was issued to."""
        return next((appid for appid, book in self.books.items() if value in book.tokens), None)
