"""Codes of wx.login and getPhoneNumber, and the session_key of each user of a Mini Program.

Sources: …/open-api/login/wx.login, …/user-login/api_code2session, …/open-ability/getPhoneNumber.
A code lives five minutes and works once; a login and a phone code are different things.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

CODE_LIFE = timedelta(minutes=5)
CodeKind: TypeAlias = Literal["login", "phone"]
CodeRefusal: TypeAlias = Literal["invalid", "used"]


@dataclass(slots=True)
class Code:
    """One code; `openid` tells whose it is, `appid` which app it was made in."""

    kind: CodeKind
    appid: str
    openid: str
    user_id: str
    session_key: str
    made_at: datetime
    used: bool = False


@dataclass(slots=True)
class SessionKey:
    """The one valid session_key of a user in a Mini Program."""

    value: str
    made_at: datetime
    used_at: datetime


@dataclass(slots=True)
class SessionBook:
    """All codes and session keys of one Mini Program."""

    codes: dict[str, Code] = field(default_factory=dict)
    keys: dict[str, SessionKey] = field(default_factory=dict)

    def log_in(self, openid: str, now: datetime, make: Callable[[], str], min_life_s: int) -> str:
        """Give the user's session_key, a new one when the known one is older than `min_life_s`.

        The new key replaces the old one already here, at wx.login: that is why a server that still holds the
        old key fails "every second time".
        """
        known = self.keys.get(openid)
        if known is None or now - known.made_at >= timedelta(seconds=min_life_s):
            known = self.keys[openid] = SessionKey(make(), now, now)
        known.used_at = now
        return known.value

    def live_key(self, openid: str, now: datetime, life_s: int) -> SessionKey | None:
        """Give the key when it has not run out from idleness."""
        known = self.keys.get(openid)
        idle = known is not None and now - known.used_at >= timedelta(seconds=life_s)
        return None if known is None or idle else known

    def redeem(self, text: str, kind: CodeKind, now: datetime) -> Code | CodeRefusal:
        """Use up a code, or say why it is refused; an unknown, late or foreign one is "invalid"."""
        code = self.codes.get(text)
        if code is None or code.kind != kind:
            return "invalid"
        if code.used:
            return "used"
        if now - code.made_at >= CODE_LIFE:
            return "invalid"
        code.used = True
        return code
