"""What this side of WeChat knows of a user beyond the purse: risk, phone, following."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from wechat_simulator.parts import Part

if TYPE_CHECKING:
    from wechat_simulator.world import World


@dataclass
class Trait:
    """One user; `phone` None means the number made from the user's id."""

    login_blocked: bool = False
    risk_rank: int = 0
    phone: str | None = None
    followed_at: datetime | None = None
    follow_scene: str = "ADD_SCENE_SEARCH"
    qr_scene: int = 0
    qr_scene_str: str = ""


@dataclass
class Traits(Part):
    """Traits by user id."""

    name: ClassVar[str] = "weixin_traits"
    traits: dict[str, Trait] = field(default_factory=dict)

    def of(self, user_id: str) -> Trait:
        """Return the user's traits, the usual ones if nothing was set."""
        return self.traits.setdefault(user_id, Trait())


def phone_number(world: World, user_id: str) -> str:
    """Return the user's mainland number: eleven digits beginning with 13."""
    known = world.part(Traits).of(user_id).phone
    digest = hashlib.sha256(f"{world.opening.seed}:{user_id}".encode()).digest()
    return known or "13" + "".join(str(byte % 10) for byte in digest[:9])
