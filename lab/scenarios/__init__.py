"""The scenarios of `make demo`, one learner a file: each says what happens and returns what must balance then."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lab.rig.product import MiniProgram
from lab.rig.rig import Rig

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """How a scenario ended: whose it was, which order, and what must have been charged and given back."""

    title: str
    phone: MiniProgram
    order_no: str | None
    charged_fen: int
    refunded_fen: int = 0


Scenario = Callable[[Rig, Say], Awaitable[Outcome]]
