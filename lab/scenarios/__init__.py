"""The scenarios of `make demo`, one learner a file: each says what happens and returns what must balance then."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lab.rig.product import MiniProgram
from lab.rig.stage import Stage

Say = Callable[[str], None]


@dataclass(frozen=True)
class Played:
    """How a story ended: whose it was, which order, and what must have been charged and given back."""

    title: str
    phone: MiniProgram
    openid: str
    order_no: str | None
    charged_fen: int
    refunded_fen: int = 0


Story = Callable[[Stage, Say], Awaitable[Played]]
