"""WeChat users: who they are, their purse, and the one-time codes their phone hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from wechat_simulator.errors import ControlError
from wechat_simulator.parts import Part
from wechat_simulator.wishes import flag, integer, text

if TYPE_CHECKING:
    from wechat_simulator.ids import Ids


@dataclass
class User:
    """A person with one WeChat account; openids differ per app, the unionid does not."""

    user_id: str
    nickname: str
    score: int
    balance_fen: int
    youth_mode: bool
    follows_oa: bool
    unionid: str
    openids: dict[str, str]


@dataclass
class UserCode:
    """A code from ``wx.login`` (kind ``login``) or a phone-number button (kind ``phone``)."""

    code: str
    kind: str
    user_id: str
    appid: str
    created_at: datetime
    used_at: datetime | None = None


@dataclass
class Users(Part):
    """All users of a world, by id and by openid, and their codes."""

    name: ClassVar[str] = "users"
    users: dict[str, User] = field(default_factory=dict)
    codes: dict[str, UserCode] = field(default_factory=dict)

    def add(self, ids: Ids, appids: list[str], wishes: dict[str, Any]) -> User:
        """Create a user from the control plane's wishes; the defaults are a solvent follower."""
        user_id = f"u{ids.number('user')}"
        user = User(
            user_id=user_id,
            nickname=text(wishes, "nickname", f"user {user_id}"),
            score=integer(wishes, "score", 700),
            balance_fen=integer(wishes, "balance_fen", 1_000_000),
            youth_mode=flag(wishes, "youth_mode", default=False),
            follows_oa=flag(wishes, "follows_oa", default=True),
            unionid="oU" + ids.alnum("unionid", 26),
            openids={appid: "o" + ids.alnum("openid", 27) for appid in appids},
        )
        self.users[user_id] = user
        return user

    def change(self, user: User, wishes: dict[str, Any]) -> None:
        """Change what may change about a person; absent wishes leave things as they are."""
        user.nickname = text(wishes, "nickname", user.nickname)
        user.score = integer(wishes, "score", user.score)
        user.balance_fen = integer(wishes, "balance_fen", user.balance_fen)
        user.youth_mode = flag(wishes, "youth_mode", default=user.youth_mode)
        user.follows_oa = flag(wishes, "follows_oa", default=user.follows_oa)

    def get(self, user_id: str) -> User:
        """Return the user; ControlError 404 when there is none."""
        if user_id not in self.users:
            raise ControlError(f"no user {user_id}", status=404)
        return self.users[user_id]

    def by_openid(self, appid: str, openid: str) -> User | None:
        """Return who has ``openid`` at ``appid``, or None (also for another app's openid)."""
        owner = self._owners().get((appid, openid))
        return self.users[owner] if owner else None

    def _owners(self) -> dict[tuple[str, str], str]:
        index: dict[tuple[str, str], str] = self.__dict__.setdefault("_index", {})
        known: set[str] = self.__dict__.setdefault("_indexed", set())
        for user_id in self.users.keys() - known:
            known.add(user_id)
            for appid, openid in self.users[user_id].openids.items():
                index[appid, openid] = user_id
        return index

    def mint_code(self, ids: Ids, user: User, appid: str, kind: str, at: datetime) -> UserCode:
        """Return a new one-time code of ``user`` for ``appid``; its life is the reader's rule."""
        if appid not in user.openids:
            raise ControlError(f"unknown appid {appid}")
        minted = "0" + ids.alnum("code", 31)
        code = UserCode(minted, kind, user.user_id, appid, at)
        self.codes[minted] = code
        return code
