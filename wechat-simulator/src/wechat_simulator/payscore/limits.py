"""Whether WeChat trusts a user with one more order. Merchants never learn the score."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from wechat_simulator.errors import WeChatPayError
from wechat_simulator.payscore.state import Order, PayScore

if TYPE_CHECKING:
    from wechat_simulator.users import User
    from wechat_simulator.world import World

RISK, OVERDUE, YOUTH = 271300099, 271299627, 268560785


def refusal(world: World, user: User, *, scored: bool = True) -> WeChatPayError | None:
    """Return why the user gets no further order now, or None; ``scored`` looks at the score."""
    running, overdue = _open_counts(world, user)
    if user.youth_mode:
        return _refused("用户处于青少年模式或支付受限", YOUTH)
    if overdue:
        return _refused("用户存在逾期未支付的订单", OVERDUE)
    if scored and user.score < world.switches.number("min_score"):
        return _refused("综合评估未通过", RISK)
    if running >= world.switches.number("max_running_orders"):
        return _refused("综合评估未通过，同一实名身份下进行中订单过多", RISK)
    return None


def _open_counts(world: World, user: User) -> tuple[int, int]:
    orders = PayScore.of(world).open_orders(user.user_id)
    running = sum(order.running for order in orders)
    return running, sum(_overdue(world, order) for order in orders)


def _overdue(world: World, order: Order) -> bool:
    if not order.waiting or order.failed_at is None:
        return False
    grace = timedelta(seconds=world.switches.number("overdue_after_s"))
    return world.now() >= order.failed_at + grace


def _refused(message: str, numeric: int) -> WeChatPayError:
    return WeChatPayError(400, "INVALID_REQUEST", message, numeric=numeric)
