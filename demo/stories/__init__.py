"""One learner's story a file. Each plays on a stage, says what happens, and gives what must balance afterwards."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from demo.product import MiniProgram
from demo.stage import Stage

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
