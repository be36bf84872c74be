"""Codes of wx.login and getPhoneNumber, and the session_key of each user of a Mini Program.

Sources: …/open-api/login/wx.login, …/user-login/api_code2session, …/open-ability/getPhoneNumber.
A code lives five minutes and works once; a login code and a phone code are different things.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from wechat_simulator.parts import Part

if TYPE_CHECKING:
    from wechat_simulator.users import UserCode

CODE_LIFE = timedelta(minutes=5)
CodeRefusal: TypeAlias = Literal["invalid", "foreign", "used"]


@dataclass
class SessionKey:
    """The one valid session_key of a user in a Mini Program."""

    value: str
    made_at: datetime
    used_at: datetime


@dataclass
class Sessions(Part):
    """The session keys of a world by openid."""

    name: ClassVar[str] = "weixin_sessions"
    keys: dict[str, SessionKey] = field(default_factory=dict)

    def log_in(
        self, openid: str, at: datetime, make: Callable[[], str], min_life_s: float
    ) -> SessionKey:
        """Return the user's key as of a wx.login at `at`: a new one when the known one is older.

        The new key replaces the old one already at wx.login, not at the exchange of the code: a
        server that still holds the old key then fails "every second time".
        """
        known = self.keys.get(openid)
        if known is None or at - known.made_at >= timedelta(seconds=min_life_s):
            known = self.keys[openid] = SessionKey(make(), at, at)
        known.used_at = max(known.used_at, at)
        return known

    def live_key(self, openid: str, now: datetime, life_s: float) -> SessionKey | None:
        """Return the key when it has not run out from idleness."""
        known = self.keys.get(openid)
        idle = known is not None and now - known.used_at >= timedelta(seconds=life_s)
        return None if known is None or idle else known


def redeem(code: UserCode | None, kind: str, appid: str, now: datetime) -> CodeRefusal | None:
    """Use up a code, or say why not; "foreign" is a good code of another app."""
    if code is None or code.kind != kind:
        return "invalid"
    if code.appid != appid:
        return "foreign"
    if code.used_at is not None:
        return "used"
    if now - code.created_at >= CODE_LIFE:
        return "invalid"
    code.used_at = now
    return None
